:INPUT
-m connlabel --label 5;-m connlabel --label "5";OK
-m connlabel ! --label 5 --set;-m connlabel ! --label "5" --set;OK
-m connlabel --label 128;;FAIL
-m connlabel --label foo;;FAIL
-m connlabel --label 127 --set;-m connlabel --label "127" --set;OK
-m connlabel;;FAIL
