// Package poll asks the remotes of pipelines for their newest commit, one at a time, and asks for a run where there is
// another one than was deployed or tried. policy/poll decides when and whether; how a remote is asked and who runs pipelines
// is given by the caller. Start at Poller.
package poll
