// The search over the pages as a plain script, which a page opened from a file may load as well.
module.exports = require("minisearch");
