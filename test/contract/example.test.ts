import { exampleBench } from './benches/example.ts';
import { driverContract } from './contract.ts';

driverContract(exampleBench);
