// JavaScript, because it must run under the very Node it complains about. npm brings the Node that scripts run under as an optional
// dependency, and says nothing when it could not fetch it.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `These scripts run under Node ${process.version}, but need 22.18 or later.\n` +
      'Run "npm ci" again: it brings Node 26 along. Where that is not possible, install Node 22.18 or later.',
  );
  process.exit(1);
}
