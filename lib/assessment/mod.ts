/** What an assessment of a picture says, and who may judge. */
export { Assessment, assessmentOf, AXES, type Axis, AxisAssessment } from "./assessment.ts";
export { assess, type Judge, type Judged, JudgeError, type Judgement, sureness } from "./judge.ts";
export { EndpointJudge, type EndpointOptions, type EndpointUsage } from "./endpoint_judge.ts";
export { assessmentPrompt, assessmentToText, assessmentWords, parseAssessment } from "./words.ts";
