import { z } from 'zod'
import { SCORES } from '../nn/scores.js'
import { defineRecipe } from './define.js'

export const ensemble = defineRecipe({
  name: 'ensemble',
  summary:
    'Many small autoencoders, each of which saw a few rows only. What none of them can reconstruct is unlike the rest: the detector behind "diabolo detect".',
  source: 'Chen, Sathe, Aggarwal & Turaga (2017); Liu, Ting & Zhou (2008) for why few rows are better than all',
  options: z.object({
    members: z.int().min(1).default(32).describe('autoencoders side by side'),
    subsample: z.int().min(2).default(64).describe('rows that each learns from, at most an eighth of them all'),
    hidden: z.int().min(1).default(32).describe('units in the code of each'),
    epochs: z.int().min(1).default(150).describe('passes of each over its rows'),
    batchSize: z.int().min(1).default(32).describe('rows per step'),
    learningRate: z.number().positive().default(0.01).describe('step size of Adam'),
    score: z.enum(SCORES).default('standardized').describe('how residuals become a score'),
  }),
  presets: { default: {}, book: {} },
  build: ({ width, options: { members, subsample, hidden, epochs, batchSize, learningRate, score } }) => ({
    encoder: [
      { type: 'squash' },
      { type: 'copy', members },
      { type: 'dense', units: hidden, members, activation: 'sigmoid' },
    ],
    decoder: [{ type: 'dense', units: width, members, tied: true }, { type: 'average' }, { type: 'unsquash' }],
    output: 'linear',
    score,
    phases: [
      { kind: 'solve', name: 'standardize', method: 'standardize' },
      {
        kind: 'descend',
        epochs,
        batchSize,
        optimizer: { name: 'adam', learningRate },
        schedule: { name: 'cosine', warmup: 0 },
        loss: { type: 'mse' },
        layers: { from: 2, to: 3 },
        subsample,
      },
      { kind: 'solve', name: 'calibrate', method: 'calibrate' },
    ],
  }),
})
