"""What people are called: common given names and surnames of several languages, and what is said short for them."""

CULTURES: dict[str, tuple[str, str]] = {
    "english": (
        "James Robert John Michael William David Richard Joseph Thomas Charles Christopher Daniel Matthew Anthony Mark Donald "
        "Steven Andrew Kenneth Joshua Kevin Brian Timothy Ronald Jason Edward Mary Patricia Jennifer Linda Elizabeth "
        "Barbara Susan "
        "Jessica Karen Sarah Nancy Margaret Sandra Ashley Emily Donna Michelle Carol Amanda Melissa Deborah Stephanie",
        "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson Martin Thompson White "
        "Harris Clark "
        "Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Campbell Mitchell Roberts "
        "Carter Phillips "
        "Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers Morgan Cooper Peterson Reed Bailey Bell "
        "Ward Brooks",
    ),
    "iberian": (
        "Antonio José Manuel Francisco Juan Miguel Carlos Pedro Luis Fernando Alejandro Rafael Sérgio João Paulo Marcos "
        "Ricardo "
        "Eduardo Roberto Maria Carmen Ana Isabel Dolores Teresa Lucía Sofía Fernanda Juliana Camila Beatriz Letícia "
        "Gabriela Luciana "
        "Patrícia Adriana Rosângela Cláudia",
        "García Fernández González Rodríguez López Martínez Sánchez Pérez Gómez Jiménez Ruiz Hernández Díaz Moreno Silva "
        "Santos "
        "Oliveira Souza Pereira Costa Ferreira Almeida Ribeiro Carvalho Gonçalves Lopes Barbosa Araújo Cardoso Teixeira "
        "Moraes Castro "
        "Nascimento Cavalcanti Figueiredo Vasconcelos Quintanilla Zambrano Velásquez",
    ),
    "arabic": (
        "Mohammed Ahmed Ali Hassan Hussein Omar Khalid Ibrahim Yusuf Mahmoud Mustafa Abdullah Abdulrahman Salim Tariq "
        "Nasser Faisal "
        "Jamal Karim Rashid Samir Walid Ziad Fatima Aisha Khadija Maryam Layla Zaynab Hanan Amina Salma Nadia Samira",
        "al-Masri al-Tamimi al-Najjar al-Khatib al-Shami Haddad Mansour Saleh Hamdan Darwish Qasim Sabbagh Nasrallah Abdelaziz "
        "al-Zahrani al-Qahtani al-Harbi al-Otaibi Shahin Barakat Ghanem Khoury Rahal Zaydan Bakri Jabari Dabbagh Othman "
        "Rifai Sharif",
    ),
    "russian": (
        "Aleksandr Sergey Dmitriy Andrey Aleksey Mikhail Vladimir Nikolay Ivan Pavel Yuriy Viktor Oleg Igor Konstantin "
        "Yevgeniy "
        "Grigoriy Maksim Anatoliy Anna Yelena Olga Natalya Irina Tatyana Svetlana Yekaterina Lyudmila Galina Oksana "
        "Yuliya Kseniya",
        "Ivanov Smirnov Kuznetsov Popov Vasilyev Petrov Sokolov Mikhaylov Novikov Fedorov Morozov Volkov Alekseyev "
        "Lebedev Semyonov "
        "Yegorov Pavlov Kozlov Stepanov Nikolayev Orlov Zakharov Zaytsev Solovyov Borisov Yakovlev Grigoryev Shcherbakov "
        "Kharitonov "
        "Zhukov Tsvetkov Chernyshev Khokhlov",
    ),
    "chinese": (
        "Wei Fang Xiuying Na Min Jing Li Qiang Lei Jun Yang Yong Yan Jie Juan Tao Ming Chao Xiulan Xia Ping Gang Guiying "
        "Jianguo "
        "Jianhua Zhiqiang Xiaoming Wenjie Haiyan Yuming Zhenhua Guoqiang",
        "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Gao Lin Luo Zheng Liang Xie Tang Song "
        "Deng Han Feng "
        "Cao Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du",
    ),
    "french": (
        "Jean Pierre Michel André Philippe Alain Jacques Bernard Nicolas François Laurent Guillaume Mathieu Étienne "
        "Marie Nathalie "
        "Isabelle Sylvie Catherine Monique Françoise Brigitte Hélène Geneviève",
        "Dubois Moreau Laurent Lefebvre Leroy Roux Fournier Girard Bonnet Lambert Rousseau Blanchard Gauthier Chevalier "
        "Delacroix "
        "Beaumont Charpentier Marchand Duchamp Lemaire",
    ),
    "german": (
        "Hans Peter Klaus Wolfgang Jürgen Günther Friedrich Heinrich Stefan Uwe Karl Matthias Ursula Monika Petra Sabine "
        "Renate "
        "Gisela Brigitte Annegret",
        "Müller Schmidt Schneider Fischer Weber Wagner Becker Schäfer Koch Bauer Schröder Neumann Zimmermann Krüger "
        "Hofmann Lange "
        "Köhler Weiß Steinbach Vogelsang",
    ),
    "turkic": (
        "Mehmet Mustafa Ahmet Hüseyin İbrahim Murat Ömer Yusuf Süleyman Kemal Emre Ayşe Fatma Emine Hatice Zeynep Elif Gülşen",
        "Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Koç Karaca Erdoğdu",
    ),
    "indian": (
        "Rajesh Suresh Amit Vijay Sanjay Anil Ashok Ravi Manoj Deepak Rahul Arjun Krishnan Lakshmi Priya Anjali Sunita "
        "Kavita Meena "
        "Pooja Shanti Divya",
        "Sharma Gupta Singh Kumar Patel Reddy Iyer Nair Menon Agarwal Chaudhary Banerjee Mukherjee Chatterjee Deshmukh "
        "Kulkarni Pillai "
        "Srinivasan Venkataraman Subramaniam",
    ),
    "african": (
        "Kwame Kofi Amadou Ousmane Ibrahima Moussa Boubacar Chinedu Emeka Oluwaseun Tendai Thabo Sipho Aminata Fatoumata "
        "Ngozi Wanjiku "
        "Zanele Nomsa",
        "Diallo Traoré Keita Coulibaly Mensah Owusu Okafor Adeyemi Mutombo Kabila Nkosi Dlamini Mbeki Ouattara Ndiaye "
        "Sankara Kamau "
        "Odhiambo",
    ),
    "korean": (
        "Min-jun Seo-yeon Ji-hoon Hye-jin Young-ho Sung-min Jae-hyun Eun-ji Dong-hyun Soo-jin Yong-chol Kwang-su "
        "Myong-chol Chol-ho",
        "Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Shin Seo Kwon Hwang Ahn Song Ryu Hong",
    ),
}  # fmt: skip
TITLES = ("Mr", "Mrs", "Dr.", "Prof", "Sheikh", "Haji", "Col.", "Gen.", "Sr.", "Sra", "Ms")
SHORT = {
    "James": "Jim", "Robert": "Bob", "John": "Johnny", "Michael": "Mike", "William": "Bill", "David": "Dave", "Richard": "Rick",
    "Joseph": "Joe", "Thomas": "Tom", "Charles": "Chuck", "Christopher": "Chris", "Daniel": "Dan", "Matthew": "Matt",
    "Anthony": "Tony",
    "Steven": "Steve", "Andrew": "Andy", "Kenneth": "Ken", "Joshua": "Josh", "Timothy": "Tim", "Ronald": "Ron", "Edward": "Ted",
    "Patricia": "Pat", "Jennifer": "Jenny", "Elizabeth": "Liz", "Barbara": "Barb", "Susan": "Sue", "Jessica": "Jess",
    "Margaret": "Peggy", "Deborah": "Debbie", "Stephanie": "Steph", "Aleksandr": "Sasha", "Dmitriy": "Dima", "Yelena": "Lena",
    "Yekaterina": "Katya", "Francisco": "Paco", "José": "Pepe", "Alejandro": "Alex", "Eduardo": "Edu", "Mohammed": "Mohd",
    "Abdulrahman": "Abdul", "Nicolas": "Nico", "Venkataraman": "Venkat", "Isabelle": "Isa",
}  # fmt: skip
# A man's and a woman's name that differ by their end: two people, however alike they are written.
OTHER_GENDER = tuple(
    tuple(pair.split("/"))
    for pair in [
        "Michael/Michelle",
        "Maria/Mario",
        "Daniel/Daniela",
        "Fernanda/Fernando",
        "Adriana/Adriano",
        "Gabriela/Gabriel",
        "Patrícia/Patrício",
        "Luciana/Luciano",
        "Juliana/Juliano",
        "Antonio/Antonia",
        "Francisco/Francisca",
        "Rafael/Rafaela",
        "Roberto/Roberta",
        "Eduardo/Eduarda",
        "Aleksandr/Aleksandra",
        "Yevgeniy/Yevgeniya",
        "Viktor/Viktoriya",
        "Petra/Peter",
        "Stefan/Stefanie",
        "Karl/Karla",
        "Samir/Samira",
        "Jamal/Jamila",
        "Salim/Salima",
        "Amina/Amin",
        "Nadia/Nadir",
        "Karim/Karima",
        "Nicolas/Nicole",
        "Pierre/Pierrette",
        "Jean/Jeanne",
        "André/Andrea",
        "Joseph/Josephine",
        "Robert/Roberta",
        "Paulo/Paula",
        "Charles/Charlotte",
        "Carlos/Carla",
        "Brian/Brianna",
        "Juan/Juana",
        "Manuel/Manuela",
        "Alejandro/Alejandra",
        "Marcos/Marcia",
        "Rashid/Rashida",
    ]
)
