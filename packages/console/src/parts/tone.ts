// How serious something is. Every tone comes with a word and a shape, because colour alone tells nothing to many people.

export type Tone = 'plain' | 'good' | 'notice' | 'warning' | 'bad'
