:FORWARD
-j CLASSIFY --set-class 1:2;-j CLASSIFY --set-class 0001:0002;OK
-j CLASSIFY --set-class 0:ffff;-j CLASSIFY --set-class 0000:ffff;OK
# Taken by iptables, which does not do what it says.
-j CLASSIFY --set-class 1:FFFFF;;FAIL
-j CLASSIFY --set-class 0;;FAIL
-j CLASSIFY --set-class :1;;FAIL
-j CLASSIFY --set-class 1:;;FAIL
-j CLASSIFY;;FAIL
