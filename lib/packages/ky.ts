/** HTTP requests, tried again where that helps. */
export { default, isHTTPError, isTimeoutError } from "npm:ky@2.1.0";
