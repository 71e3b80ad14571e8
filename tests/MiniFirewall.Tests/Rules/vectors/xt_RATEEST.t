:INPUT
-j RATEEST --rateest-name a --rateest-interval 250ms --rateest-ewma 0.5s;-j RATEEST --rateest-name a --rateest-interval 250.0ms --rateest-ewmalog 500.0ms;OK
-j RATEEST --rateest-name a --rateest-interval 1000.1ms --rateest-ewma 6;;FAIL
-j RATEEST;;FAIL
-j RATEEST --rateest-interval 250ms --rateest-ewmalog 0.5s;;FAIL
-j RATEEST --rateest-name b --rateest-interval 250ms --rateest-ewmalog 0.5;;FAIL
# Taken by iptables, which does not do what it says.
-j RATEEST --rateest-name c --rateest-interval 8 --rateest-ewmalog 600s;;FAIL
-j RATEEST --rateest-name d --rateest-interval 8s --rateest-ewmalog 600s;-j RATEEST --rateest-name d --rateest-interval 8.0s --rateest-ewmalog 512.0s;OK
-j RATEEST --rateest-name e --rateest-interval 9s --rateest-ewmalog 600s;;FAIL
-j RATEEST --rateest-name f --rateest-interval 1s --rateest-ewmalog 100s;-j RATEEST --rateest-name f --rateest-interval 1.0s --rateest-ewmalog 64.0s;OK
-j RATEEST --rateest-name g --rateest-interval 0.3s --rateest-ewmalog 1000ms;-j RATEEST --rateest-name g --rateest-interval 500.0ms --rateest-ewmalog 1.0s;OK
-j RATEEST --rateest-name aaaaaaaaaaaaaaaaaaaaaa --rateest-interval 0.3s --rateest-ewmalog 1000ms;-j RATEEST --rateest-name aaaaaaaaaaaaaaa --rateest-interval 500.0ms --rateest-ewmalog 1.0s;OK
-j RATEEST --rateest-name "a b" --rateest-interval 0.3s --rateest-ewmalog 1000ms;-j RATEEST --rateest-name "a b" --rateest-interval 500.0ms --rateest-ewmalog 1.0s;OK
-j RATEEST --rateest-name h --rateest-interval 0.3s;;FAIL
-j RATEEST --rateest-name h --rateest-ewmalog 0.3s;;FAIL
-j RATEEST --rateest-name h --rateest-interval 250msecs --rateest-ewmalog 5SEC;-j RATEEST --rateest-name h --rateest-interval 250.0ms --rateest-ewmalog 4.0s;OK
