import { zigbeeBench } from './benches/zigbee.ts';
import { driverContract } from './contract.ts';

driverContract(zigbeeBench);
