:INPUT
-p tcp -j SYNPROXY;=;OK
-p tcp -j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460;=;OK
-p tcp -j SYNPROXY --mss 1460 --wscale 14 --ecn;-p tcp -j SYNPROXY --wscale 14 --mss 1460 --ecn;OK
-p tcp -j SYNPROXY --wscale 15;=;OK
# Taken by iptables, which does not do what it says.
-p tcp -j SYNPROXY --mss 65536;;FAIL
-j SYNPROXY --mss 1460;;FAIL
-p tcp -j SYNPROXY --wscale 255;=;OK
# Taken by iptables, which does not do what it says.
-p tcp -j SYNPROXY --wscale 256;;FAIL
-p tcp -j SYNPROXY --mss x;;FAIL
-p tcp -j SYNPROXY --mss 1 --mss 2;;FAIL
-p tcp -j SYNPROXY --sack-perm --sack-perm;;FAIL
! -p tcp -j SYNPROXY --mss 1;;FAIL
-p tcp -j SYNPROXY --wscale 0 --mss 0;=;OK
