package mutants

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
	"slices"
)

// Shuffle puts the mutants into an order that the seed decides. The place of a mutant
// depends on that mutant alone: a change elsewhere in the code does not change the
// sample.
func Shuffle(list []Mutant, seed uint64) {
	rank := make(map[string]uint64, len(list))
	for _, m := range list {
		hash := fnv.New64a()
		_ = binary.Write(hash, binary.LittleEndian, seed) // a hash takes everything
		_, _ = hash.Write([]byte(m.key()))
		rank[m.key()] = rand.NewPCG(seed, hash.Sum64()).Uint64()
	}
	slices.SortFunc(list, func(a, b Mutant) int {
		return cmp.Or(cmp.Compare(rank[a.key()], rank[b.key()]), cmp.Compare(a.key(), b.key()))
	})
}
