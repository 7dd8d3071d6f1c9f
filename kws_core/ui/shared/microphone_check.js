// Returns why there can be no microphone, "denied" or "absent", or null as far as is known.
async function problem() {
  if (!navigator.mediaDevices) return null; // an insecure page: the server has said so
  try {
    const devices = await navigator.mediaDevices.enumerateDevices();
    if (!devices.some((device) => device.kind === "audioinput")) return "absent";
    const permission = await navigator.permissions.query({ name: "microphone" });
    return permission.state === "denied" ? "denied" : null;
  } catch {
    return null;
  }
}
