:INPUT,FORWARD,OUTPUT
%-I INPUT -j RATEEST --rateest-name RE1 --rateest-interval 250ms --rateest-ewmalog 500ms
%-I INPUT -j RATEEST --rateest-name RE2 --rateest-interval 250ms --rateest-ewmalog 500ms
-m rateest --rateest RE1 --rateest-lt --rateest-bps 8bit;=;OK
-m rateest --rateest RE1 --rateest-gt --rateest-bps 1mbit;-m rateest --rateest RE1 --rateest-gt --rateest-bps 1000Kbit;OK
-m rateest --rateest RE1 ! --rateest-eq --rateest-pps 5;=;OK
-m rateest --rateest1 RE1 --rateest-lt --rateest-bps --rateest2 RE2;=;OK
-m rateest --rateest1 RE1 ! --rateest-gt --rateest-pps --rateest2 RE2;=;OK
-m rateest --rateest-delta --rateest RE1 --rateest-pps1 7 --rateest-gt --rateest-pps2 9;=;OK
-m rateest --rateest-delta --rateest1 RE1 --rateest-bps1 8bit --rateest-eq --rateest-bps2 16bit --rateest2 RE2;=;OK
-m rateest --rateest RE1;;FAIL
-m rateest --rateest RE1 --rateest-gt;;FAIL
-m rateest --rateest-gt --rateest-pps 5;;FAIL
-m rateest --rateest RE1 --rateest-gt --rateest-lt --rateest-pps 5;;FAIL
-m rateest --rateest RE1 --rateest-gt --rateest-pps 5 --rateest-bps 5;;FAIL
