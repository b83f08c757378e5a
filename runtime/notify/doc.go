// Package notify receives what programs tell about themselves by the sd_notify protocol: that they are
// ready, reloading, stopping, alive, and which file descriptors they want kept.
//
// One datagram socket serves all units. Receiver reads it and delivers typed Messages with the sender's
// pid and uid as the kernel vouches for them; Parse is the pure half. Senders of another uid are dropped.
//
// Store keeps those file descriptors, within limits, until their other ends are gone or they are given up.
//
// Not here: which unit a pid belongs to, whether its word counts, and what follows from it. Start reading
// at message.go. The protocol: sd_notify(3), systemd's src/core/service.c (service_notify_message).
package notify
