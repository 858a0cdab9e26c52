// The page public/room, with several people, in real browsers. One file for the test runner, so
// that the browsers are started once; the cases are in the modules named here.
import { after, afterEach, before } from 'node:test';
import { clearHouse, closeHouse, openHouse } from './house.mjs';
import './people.mjs';

before(openHouse);
after(closeHouse);
