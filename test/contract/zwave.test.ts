import { zwaveBench } from './benches/zwave.ts';
import { driverContract } from './contract.ts';

driverContract(zwaveBench);
