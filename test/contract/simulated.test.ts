import { simulatedBench } from './benches/simulated.ts';
import { driverContract } from './contract.ts';

driverContract(simulatedBench);
