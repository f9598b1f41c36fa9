import type { Drawer } from '../canvas/sketch.ts';
import { balloon } from './balloon.ts';
import { beetle } from './beetle.ts';
import { bottle } from './bottle.ts';
import { brickWall } from './brick-wall.ts';
import { butterfly } from './butterfly.ts';
import { cactus } from './cactus.ts';
import { clock } from './clock.ts';
import { clouds } from './clouds.ts';
import { conifer } from './conifer.ts';
import { cup } from './cup.ts';
import { duck } from './duck.ts';
import { elephant } from './elephant.ts';
import { fish } from './fish.ts';
import { flower } from './flower.ts';
import { gear } from './gear.ts';
import { house } from './house.ts';
import { key } from './key.ts';
import { leaf } from './leaf.ts';
import { marbles } from './marbles.ts';
import { mountains } from './mountains.ts';
import { mushroom } from './mushroom.ts';
import { pebbles } from './pebbles.ts';
import { rabbit } from './rabbit.ts';
import { robot } from './robot.ts';
import { shell } from './shell.ts';
import { starfish } from './starfish.ts';
import { turtle } from './turtle.ts';
import { umbrella } from './umbrella.ts';
import { wood } from './wood.ts';
import { wovenCloth } from './woven-cloth.ts';
import { zebra } from './zebra.ts';

/** What the network that ships was trained to tell apart. */
export const SOURCE_CLASSES: readonly Drawer[] = [
  balloon,
  beetle,
  bottle,
  brickWall,
  butterfly,
  cactus,
  clock,
  clouds,
  conifer,
  cup,
  duck,
  elephant,
  fish,
  flower,
  gear,
  house,
  key,
  leaf,
  marbles,
  mountains,
  mushroom,
  pebbles,
  rabbit,
  robot,
  shell,
  starfish,
  turtle,
  umbrella,
  wood,
  wovenCloth,
  zebra,
];
