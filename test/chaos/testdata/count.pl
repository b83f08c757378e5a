# Writes a line, notes that it is written, and so on. Whoever finds the note has to find the line. Two of it at once say so.
use strict;
use warnings;
use Fcntl qw(:flock SEEK_SET);

my ($home, $run, $pause) = ($ENV{HOME}, $ENV{INVOCATION_ID}, $ARGV[0]);
open(my $lock, '>>', "$home/count.lock") or die "count.lock: $!";
if (!flock($lock, LOCK_EX | LOCK_NB)) {
    open(my $twice, '>>', "$home/twice") or die "twice: $!";
    syswrite($twice, "$run began while another one ran\n");
}
open(my $note, '>', "$home/notes/$run") or die "notes/$run: $!";
for (my $n = 1; ; $n++) {
    syswrite(STDOUT, sprintf("%s %d %s\n", $run, $n, '.' x ($n % 40))) or die "write: $!";
    sysseek($note, 0, SEEK_SET);
    syswrite($note, sprintf("%010d\n", $n));
    select(undef, undef, undef, $pause);
}
