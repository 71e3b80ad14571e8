:INPUT
-m connlimit --connlimit-upto 3 --connlimit-mask 24;-m connlimit --connlimit-upto 3 --connlimit-mask 24 --connlimit-saddr;OK
# Taken by iptables, which does not do what it says.
-m connlimit --connlimit-upto 3 --connlimit-mask 129;;FAIL
-m connlimit --connlimit-upto 3 --connlimit-mask 0;-m connlimit --connlimit-upto 3 --connlimit-mask 0 --connlimit-saddr;OK
-m connlimit --connlimit-upto 3 --connlimit-above 3;;FAIL
-m connlimit --connlimit-mask 24;;FAIL
