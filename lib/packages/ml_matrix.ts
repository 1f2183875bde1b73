/** Linear algebra on small matrices. */
export { EigenvalueDecomposition, Matrix } from "npm:ml-matrix@6.15.1";
