// What the explorer takes from hyparquet; the rest of it is left out of the bundle.
export { parquetMetadata, parquetRead } from "hyparquet";
