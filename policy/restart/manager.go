package restart

import "time"

// The guard starts a manager again at once that has ended without being asked to, as long as that does not happen all the
// time. Then the pauses grow: a manager that ends soon after each start does harm to what it runs, and fills its log.
const (
	// managerCalm is how long a manager lives that does not end all the time.
	managerCalm = 10 * time.Minute
	// managerFree is how many times in a row it is started at once.
	managerFree = 5

	managerDelay    = time.Second
	managerMaxDelay = time.Minute
)

// Manager says what follows the deaths of managers that nobody asked for, given by how long ago they were, the latest
// last: how many there were in a row, how long to wait after the next one before a manager is started, and when this
// one counts as calm, after which there is no pause again; 0: it does.
func Manager(deaths []time.Duration) (inRow int, pause, calmIn time.Duration) {
	later := time.Duration(0)
	for i := len(deaths) - 1; i >= 0 && deaths[i]-later < managerCalm; i-- {
		inRow++
		later = deaths[i]
	}
	if inRow == 0 {
		return 0, 0, 0
	}
	calmIn = managerCalm - max(deaths[len(deaths)-1], 0)
	if inRow < managerFree {
		return inRow, 0, calmIn
	}
	pause = managerMaxDelay
	if n := inRow - managerFree; n < 6 {
		pause = managerDelay << n
	}
	return inRow, pause, calmIn
}
