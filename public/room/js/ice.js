// Servers that help connections through firewalls, as this server's operator has set them up.

import { tokenInAddress } from './address.js';

let servers = [];

/** What RTCPeerConnection takes as iceServers, as last fetched. */
export function iceServers() {
  return servers;
}

/**
 * Fetches them again, since credentials for TURN expire. When the server cannot be asked, those
 * known from before are better than none; on one network none are needed.
 */
export async function refreshIceServers() {
  const token = tokenInAddress();
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  try {
    const answer = await fetch(new URL('../../ice.json', import.meta.url), { cache: 'no-store', headers });
    if (answer.ok) servers = (await answer.json()).iceServers;
  } catch (error) {
    console.debug('ice.json:', error);
  }
  return servers;
}
