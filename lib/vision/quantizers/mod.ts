export { type Quantized, type QuantizedStep, type Quantizer, usageOf } from "./quantizer.ts";
export { QuantizerConfig, quantizerOf, type SingleQuantizerConfig } from "./config.ts";
export { vectorQuantizer } from "./vector.ts";
export { simQuantizer } from "./sim.ts";
export { finiteScalarQuantizer } from "./finite_scalar.ts";
export { lookupFreeQuantizer } from "./lookup_free.ts";
export { residualQuantizer } from "./residual.ts";
export { productQuantizer } from "./product.ts";
