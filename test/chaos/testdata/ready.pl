# Says that it is ready, by the protocol of sd_notify(3), and again every second: what it says while no manager lives is lost.
use strict;
use warnings;
use Socket;

socket(my $out, PF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
while (1) {
    send($out, "READY=1\n", MSG_DONTWAIT, pack_sockaddr_un($ENV{NOTIFY_SOCKET}));
    sleep 1;
}
