/** Figures that show themselves in a notebook and save themselves from a script. */
export {
  alignmentCurves,
  type AlignmentCurvesOptions,
  type AlignmentPoint,
} from "./alignment_curves.ts";
export { assessment, type AssessmentOptions } from "./assessment.ts";
export {
  type BeforeAfter,
  beforeAfter,
  type BeforeAfterOptions,
  type MarkedPicture,
} from "./before_after.ts";
export { calibration, type CalibrationOptions } from "./calibration.ts";
export { codebook, type CodebookOptions, type CodeExamples } from "./codebook.ts";
export { Composition, liveComposition } from "./composition.ts";
export { confusion, type ConfusionOptions, type Taken } from "./confusion.ts";
export { type CosinePoint, cosines, type CosinesOptions } from "./cosines.ts";
export { type Difference, differences, type DifferencesOptions } from "./differences.ts";
export { featurePictures } from "./feature_pictures.ts";
export { heatMap, type HeatMapCell, type HeatMapOptions } from "./heat_map.ts";
export { type Bundle, type Display, jupyterDisplay } from "../notebook/mod.ts";
import "./picture_arrays.ts";
export { Figure } from "./figure.ts";
export { graph, type GraphOptions } from "./graph.ts";
export { live, type LiveOptions } from "./live.ts";
export { lossCurve, type LossCurveOptions, type LossPoint } from "./loss_curve.ts";
export { type GridPicture, pictureGrid, type PictureGridOptions } from "./picture_grid.ts";
export { Profile, profile } from "./profile.ts";
export {
  type Reconstruction,
  reconstructions,
  type ReconstructionsOptions,
} from "./reconstructions.ts";
export { retrieval, type RetrievedPictures } from "./retrieval.ts";
export { type ReportFigure, type ReportPage, reportPage } from "./report.ts";
export { scoreOverTime, type ScoreOverTimeOptions, type ScorePoint } from "./score_over_time.ts";
export {
  type Ceilings,
  popeScores,
  type ScoredTask,
  scores,
  type ScoresOptions,
} from "./scores.ts";
export { type ModelScore, sideBySide, type SideBySideOptions } from "./side_by_side.ts";
export { type TokenizedPicture, tokenMap, type TokenMapOptions } from "./token_map.ts";
export { unfolding, type UnfoldingOptions, type UnfoldingPicture } from "./unfolding.ts";
