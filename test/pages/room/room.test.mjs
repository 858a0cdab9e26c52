// The page public/room, with several people, in real browsers. One file for the test runner, so
// that the browsers are started once; the cases are in the modules named here.
import { after, before } from 'node:test';
import { closeHouse, openHouse } from './house.mjs';
import './people.mjs';
import './outage.mjs';
import './glare.mjs';
import './groups.mjs';
import './troubles.mjs';
import './looks.mjs';
import './layout.mjs';

before(openHouse);
after(closeHouse);
