package job

import (
	"maps"

	"unitd/units"
)

// Living is a table of the jobs that have not ended, and of their transactions, which shares nothing with this one that
// a later call of it changes. It is what the next manager needs to go on with them.
func (t *Table) Living() *Table {
	living := &Table{LastID: t.LastID, Jobs: map[uint64]*Job{}, Units: maps.Clone(t.Units), Transactions: map[uint64]*Transaction{}}
	for _, j := range t.Installed() {
		living.Jobs[j.ID] = &j
		for _, id := range j.Transactions {
			if tx := t.Transactions[id]; tx != nil && living.Transactions[id] == nil {
				c := tx.copy()
				living.Transactions[id] = &c
				for _, other := range c.Jobs { // those that have ended say how
					if ended := t.Jobs[other]; ended != nil && living.Jobs[other] == nil {
						c := *ended
						living.Jobs[other] = &c
					}
				}
			}
		}
	}
	return living
}

// Purge ends the jobs of units that there are no more.
func (t *Table) Purge(graph *units.Graph, there func(units.ID) bool) Changes {
	t.against(graph)
	var changes Changes
	for _, j := range t.Installed() {
		if !there(j.Unit) {
			t.end(t.Jobs[j.ID], Canceled, "the unit was removed", &changes)
		}
	}
	return changes
}
