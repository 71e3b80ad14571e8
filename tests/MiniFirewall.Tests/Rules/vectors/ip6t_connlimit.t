:INPUT
-m connlimit --connlimit-above 3;-m connlimit --connlimit-above 3 --connlimit-mask 128 --connlimit-saddr;OK
-m connlimit ! --connlimit-above 3;-m connlimit --connlimit-upto 3 --connlimit-mask 128 --connlimit-saddr;OK
-m connlimit ! --connlimit-upto 3;-m connlimit --connlimit-above 3 --connlimit-mask 128 --connlimit-saddr;OK
-m connlimit --connlimit-upto 3 --connlimit-mask 33;-m connlimit --connlimit-upto 3 --connlimit-mask 33 --connlimit-saddr;OK
-m connlimit --connlimit-upto 3 --connlimit-mask 255.255.0.0;;FAIL
-m connlimit --connlimit-upto 3 --connlimit-daddr;-m connlimit --connlimit-upto 3 --connlimit-mask 128 --connlimit-daddr;OK
