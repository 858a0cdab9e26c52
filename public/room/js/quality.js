// How good a connection is, from what the browser counts about it.

const interval = 2_000; // ms

// Worse than either is worse than that quality: the share of packets lost, and the way there and
// back in seconds, at which people begin to notice.
const fair = { loss: 0.02, roundTrip: 0.25 };
const poor = { loss: 0.08, roundTrip: 0.6 };

/** Calls quality("good", "fair" or "poor") for a link at intervals. Returns what ends it. */
export function watchQuality(link, quality) {
  let before;
  const timer = setInterval(async () => {
    if (link.state !== 'connected') return;
    const now = count(await link.stats());
    if (before) quality(judge(now, before));
    before = now;
  }, interval);
  return () => clearInterval(timer);
}

function count(stats) {
  const counted = { received: 0, lost: 0, roundTrip: 0 };
  for (const report of stats.values()) {
    if (report.type === 'inbound-rtp') {
      counted.received += report.packetsReceived ?? 0;
      counted.lost += report.packetsLost ?? 0;
    } else if (report.type === 'candidate-pair' && report.nominated && report.state === 'succeeded') {
      counted.roundTrip = Math.max(counted.roundTrip, report.currentRoundTripTime ?? 0);
    }
  }
  return counted;
}

function judge(now, before) {
  const lost = Math.max(0, now.lost - before.lost);
  const all = Math.max(1, now.received - before.received + lost);
  const worseThan = (limit) => lost / all > limit.loss || now.roundTrip > limit.roundTrip;
  if (worseThan(poor)) return 'poor';
  return worseThan(fair) ? 'fair' : 'good';
}
