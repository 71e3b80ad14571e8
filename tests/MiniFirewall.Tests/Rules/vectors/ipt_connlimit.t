:INPUT
-m connlimit --connlimit-above 3;-m connlimit --connlimit-above 3 --connlimit-mask 32 --connlimit-saddr;OK
-m connlimit ! --connlimit-above 3;-m connlimit --connlimit-upto 3 --connlimit-mask 32 --connlimit-saddr;OK
-m connlimit ! --connlimit-upto 3;-m connlimit --connlimit-above 3 --connlimit-mask 32 --connlimit-saddr;OK
# Taken by iptables, which does not do what it says.
-m connlimit --connlimit-upto 3 --connlimit-mask 33;;FAIL
-m connlimit --connlimit-upto 3 --connlimit-mask 255.255.0.0;-m connlimit --connlimit-upto 3 --connlimit-mask 16 --connlimit-saddr;OK
-m connlimit --connlimit-upto 3 --connlimit-daddr;-m connlimit --connlimit-upto 3 --connlimit-mask 32 --connlimit-daddr;OK
