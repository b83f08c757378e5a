package executor

import (
	"errors"

	policy "unitd/policy/containment"
	"unitd/units"
)

// The tiers of containment, as users read them.
const (
	TierCgroup    = "cgroup"
	TierNamespace = "namespace"
	TierProcess   = "process"
)

// words say for people why units get no namespaces; "" for nil.
func (c *containment) words(denied error) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case denied == nil:
		return ""
	case errors.Is(denied, c.unusable):
		return denied.Error()
	}
	return "this host has no user namespaces"
}

// Decide is what a run got of its sandbox and limits blocks, or, where there is none, what the next one gets as far as it is
// known.
func (x *Executor) Decide(token uint64, p *units.Process) policy.Verdict {
	x.mu.Lock()
	r := x.runs[token]
	x.mu.Unlock()
	host := x.gives(x.containment.words(x.NoNamespaces()))
	switch {
	case r == nil:
	case r.contained:
		host.NoNamespaces = ""
	case host.NoNamespaces == "":
		host.NoNamespaces = "it was started when this host had no user namespaces to give"
	}
	return policy.Decide(p, host)
}

// Tier is the tier of containment of a run, or, where there is none, that of the next one as far as it is known: ""
// where it has not been tried yet.
func (x *Executor) Tier(token uint64, mode string) string {
	x.mu.Lock()
	r := x.runs[token]
	x.mu.Unlock()
	if r != nil {
		return tierOf(r.leaf != nil, r.contained)
	}
	select {
	case <-x.containment.known:
	default:
		return ""
	}
	return tierOf(x.cgroups != nil, mode == "required" || mode != "off" && x.NoNamespaces() == nil)
}

// NoNamespaces says why units get no namespaces on this host; nil: they do, or it has not been tried yet.
func (x *Executor) NoNamespaces() error { return x.containment.reason() }

// tierOf is the one word for what ends all of a unit and holds its limits. Namespaces hide and protect in the tier
// cgroup, too.
func tierOf(leaf, contained bool) string {
	switch {
	case leaf:
		return TierCgroup
	case contained:
		return TierNamespace
	}
	return TierProcess
}
