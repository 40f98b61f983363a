// A connection's candidates are in its description once they are all gathered.
export function gathered(connection) {
  return new Promise((resolve) => {
    const check = () => connection.iceGatheringState === "complete" && resolve();
    connection.addEventListener("icegatheringstatechange", check);
    check();
    setTimeout(resolve, 2000);
  });
}
