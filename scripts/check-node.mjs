// JavaScript, because old versions of Node run it too. The Node for our scripts is an optional
// dependency, and npm does not report when it could not download one.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `The scripts need Node 22.18 or later, but run under ${process.version}.\n` +
      'Run "npm ci" again: it installs Node 26. If that is not possible, install Node 22.18 or later.',
  );
  process.exit(1);
}
