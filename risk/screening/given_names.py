"""Given names, and syllables of Korean and Chinese names, that are written in several ways.

All in small ASCII letters, as `writing` makes them: diminutives and romanisations in common use.
"""

# Given names that are one name: diminutives, and the same name in other languages and romanisations that spelling hides.
NAME_GROUPS = """
william bill billy will wm willy willie liam wilhelm guillaume guillermo guilherme
robert bob bobby rob robbie roberto bert
richard dick rick ricky richie rich ricardo
james jas jim jimmy jamie jaime diego jacob jacobo iago
john jon johnny jack johann johannes juan jean joao giovanni ivan ioann ian sean hans jan yohanan ioannis jovan
joseph joe joey jose josef giuseppe yusuf yousef youssef yusef yossef iosif josip
michael mike mick micky mikhail mikael michel miguel michele misha mykhailo mihail mikhael michal mihai
charles chas charlie chuck carlos carl karl carlo karol
thomas thos tom tommy tomas tomaso
edward ed eddie ted teddy eduardo edouard eduard
david dave davy davide dawud daoud dawood davyd
daniel dan danny daniele daniil danilo
peter pete pedro pierre pietro pyotr petr piotr petros boutros petro
paul pablo paulo paolo pavel pavlo pawel
george jorge georges giorgio georgy georgiy yuri yuriy yury iouri jurij georgios jerzy
stephen steve steven stefan stephan stefano esteban etienne stepan stephane
anthony tony antonio antoine anton antonios
andrew andy drew andrea andre andrei andrey andres andreas andrzej andriy
alexander alex al alec sasha alejandro alessandro alexandre aleksandr aleksander oleksandr iskandar sandro xander alexandros
alexandra sasha sandra alejandra aleksandra oleksandra
matthew matt mateo matteo matthias matvey matthieu mateus mateusz
mark marc marco marcos marcus marek
luke lucas luca lukas
philip phil felipe philippe filippo filip phillip
lawrence larry lorenzo laurent laurence lourenco
henry harry hank henri enrique enrico heinrich henrique
frederick fred freddy federico friedrich frederic
francis frank francisco francesco francois franz paco pancho frankie
samuel sam sammy
benjamin ben benny binyamin benyamin
nicholas nick nicky nicolas nicola nikolai nikolay nikolaos nikola mykola nicolae
christopher chris christophe cristobal christoph kris
christian cristian kristian
gregory greg gregorio gregor grigory grigoriy hryhoriy
jeffrey jeff geoffrey geoff
timothy tim timofey
kenneth ken kenny
ronald ron ronnie
donald don donnie
gerald jerry gerry gerard gerardo gerhard
raymond ray ramon raimundo
leonard leo len lenny leonardo leonid
theodore theo teodoro fyodor fedor feodor
vincent vince vicente vincenzo
victor viktor vittorio
eugene gene yevgeny evgeny evgeni evgenii yevgeniy evgeniy eugenio yevgeni
walter walt wally
albert alberto bert
patrick pat paddy patricio
vladimir volodymyr vova volodya wladimir uladzimir
sergei sergey serge sergio serhiy sergii syarhei sergeyevich
dmitry dmitri dimitri dmitriy dmytro dima mitya dimitrios
alexei aleksey alexey oleksiy alyosha alexis aleksei
konstantin kostya constantine constantin kostyantyn
basil vasily vasiliy vasyl vasili
igor ihor
oleg oleh
elena helen yelena olena helena lena elaine
catherine kate katherine kathryn cathy kathy katie ekaterina yekaterina catalina katarina catarina kateryna katya
elizabeth liz lizzie beth betty eliza elisabeth isabel elizaveta yelizaveta lisa bess isabella
margaret maggie peggy meg marge margarita marguerite
mary maria marie mariya molly maryam miriam mariam
anna ann anne annie hannah ana anya hanna
jennifer jen jenny
patricia pat patty tricia
susan sue suzanne susana susanna
barbara barb varvara
deborah deb debbie
rebecca becky rebeca
victoria vicky viktoria viktoriya vitoria
natalia natalya nataliya natasha nathalie natalie
tatiana tatyana tanya tetiana
irina iryna irene
svetlana svitlana
olga olha helga
julia yulia yuliya giulia julie iuliia
daria darya dasha
xenia ksenia kseniya oksana
mohammed muhammad mohamed mohammad muhammed mohamad muhamad mohd muhd md mohamud mahomed mehmet mahamat mohammod muhamed
magomed mukhammad
ahmed ahmad ahmet akhmed akhmad achmad
mahmoud mahmud mehmood mahmood makhmud
hussein hussain husayn hossein husain hosein huseyin hoseyn houssein khusein
hassan hasan hassen khasan
abdullah abdallah abdulla abdollah
abdulrahman abdurrahman abderrahmane abdelrahman abdirahman
yahya yehia yahia
ibrahim ebrahim abraham ibraheem brahim avraham
ismail ismael esmail ishmael esmaeil
suleiman sulayman soliman solomon suleyman sulaiman soleiman salomon
omar umar omer umer
othman uthman osman usman ousmane
khalid khaled halid
jamal gamal djamel cemal jamaal
jafar jaafar gafar cafer
saeed said sayeed saied sayid
mustafa mostafa moustafa moustapha
yasin yassin yaseen yassine
tariq tarek tarik
qasim kasim qassem kassem qasem ghasem gasem
qadir kader qader kadir
gaddafi qaddafi kadhafi qadhafi gadhafi
lee li yi rhee
kim gim
park pak bak
choi choe
jung jeong chung chong
jong jeong
un eun
chen chan tan chin
wong wang huang
zhang chang cheung
zhao chao chiu
xu hsu
zhou chou chow
cai tsai choi
lin lam lim
wu ng goh
ye yip
guo kuo kwok
liu lau
zhu chu
xie hsieh tse
xiao hsiao siu
qian chien
deng teng tang
nguyen nguyn
tran chan
jo cho
jang chang
jong chong jeong
jin chin
ju chu joo choo
jun chun joon
jon chon jeon
jae chae
gang kang
gwang kwang
gyong kyong gyeong kyung
guk kuk gook kook
gun kun geun keun
gil kil
bong pong
baek paek paik
bom pom beom
byong pyong byeong
dok tok deok
dong tong
chol cheol chul
song seong sung
hyok hyeok hyuk
hyon hyeon hyun
yong yeong young
ryong ryeong ryung yong
myong myeong myung
hyong hyeong hyung
su soo
ri li yi rhee
sok seok suk
sop seop sup
"""
