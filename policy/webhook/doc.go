// Package webhook answers for what a request of a provider means for a pipeline: whether the provider has sent it, what
// was pushed, and whether a run follows. It sees headers, bodies and the time as values; runtime/webhook serves them.
//
// A request is looked at in this order, and nothing of its body is read before the second step has passed:
// Key.Seal (what the headers claim), Seal.Holds (was it made with the secret, over these bytes), Provider.Read (what it
// tells), Rule.Decide (does a run follow, or why not), Deliveries (was it delivered before). Start there.
package webhook
