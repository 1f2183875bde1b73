/** What an assessment of a picture says, and who may judge. */
export { Assessment, assessmentOf, AXES, type Axis, AxisAssessment } from "./assessment.ts";
export { assess, type Judge, type Judged, JudgeError, type Judgement, sureness } from "./judge.ts";
export { EndpointJudge, type EndpointOptions, type EndpointUsage } from "./endpoint_judge.ts";
export { type AskedPoint, isJudged, type JudgedLanguage } from "./judged_language.ts";
export { assessmentOfPoints, foundIn, type Plurals, type Point, pointsOf } from "./points.ts";
export { assessSeen } from "./geneval_rules.ts";
export {
  type Color,
  COLORS,
  GENEVAL_TASKS,
  type GenevalTask,
  type Relation,
} from "./geneval_words.ts";
export type { Requirement, Requirements } from "./requirements.ts";
export type { Box, Seen, SeenObject } from "./seen.ts";
