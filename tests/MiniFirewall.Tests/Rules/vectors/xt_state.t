:INPUT
-m state --state NEW,est;-m state --state NEW,ESTABLISHED;OK
-m state ! --state NEW;=;OK
-m state --state SNAT;;FAIL
-m state --ctstate NEW;;FAIL
