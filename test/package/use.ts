// What a stranger writes first: types resolve, a model trains, is saved and comes back.
import { Autoencoder, digits, holdOut, vanilla } from 'diabolo'

const { train, test } = holdOut(digits({ rows: 2000 }), 0.1, 1)
const model = await vanilla({ hidden: 32 }).fit(train, { epochs: 10, seed: 1 })
const { mse } = await model.evaluate(test)
if (!(mse < 0.04)) throw new Error(`the model did not learn: ${mse}`)
await model.save('run')
const back = await Autoencoder.load('run')
const [a, b] = [await model.score(test), await back.score(test)]
if (!a.every((score, i) => score === b[i])) throw new Error('the model came back different')
