//! Frequent words of languages, and the table in which each is found at once.

/// A set of languages: bit `n` is the language [`WORDS`]`[n]`.
pub(super) type Languages = u16;

/// Frequent words by language, folded, that tell it from the others. What several share counts for all of them. For the
/// languages of the shipped packs the commonest words of complaints stand with them; not those that other languages borrow.
pub(super) const WORDS: [(&str, &str); 16] = [
    (
        "en",
        "a about add after again all already also always am amazing an and another any anyone anything are arent \
         around as ask at away awesome awful back bad bag bags be because been before being best better book both \
         but by call called can cancelled cannot cant change could couldnt customer customers day days delayed \
         did didnt do does doesnt doing done dont down each even ever every find flight flights for from get gets \
         getting give given go goes going gone good got great guys had happy has hasnt hate have havent having he \
         hear help her here hey hilarious him his hold horrible hour hours how i id if ill im in into is isnt it \
         its ive just keep know last late left let like list literally lol long look lost luggage made make many \
         may me minutes money more most much must my myself need needs never new next nice no nobody not nothing \
         now of off old on once one only or order other our out over paid people phone please put r really refund \
         ridiculous right said same say says see send seriously set she should show since so some someone \
         something sorry still stop such suck sucks sure take tell terrible than thank thanks that thats the \
         their them then there theres these they theyre thing things think this those thought through thx time \
         times to today told tomorrow tonight too took tried try trying u unacceptable until up ur us use used \
         very wait waiting want wanted wants was wasnt watch way we week weeks well went were werent what whats \
         when where wheres which while who why will wish with without wont work working worst would wouldnt yall \
         year years yes yesterday yet you your youre yours",
    ),
    (
        "de",
        "ab aber alle allem allen aller alles als also am an ander andere anderen auch auf aus bahn bei beim \
         bekomme bekommen bereits bin bis bist bitte da dabei dafur damit danke dann darf das dass dein deine dem \
         den denn der deren des dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine \
         einem einen einer eines einfach einmal endlich er erst es etwas euch euer eure fahren fahrt flug fuhr \
         fur gab ganz gar geben gegen gehen geht geld gepack gerade gern gestern gibt gleich gut guten hab habe \
         haben habt hallo halt hat hatte hatten heute hier hilfe ich ihm ihn ihnen ihr ihre ihren im immer \
         immernoch in ins ist ja jede jeder jetzt kann kannst kaum kein keine keinen keiner koffer kommen kommt \
         konnen konnte lange leider machen macht mal man mehr mein meine meinem meinen meiner mich minuten mir \
         mit mochte morgen muss mussen musste nach nachste nachsten naher neben nein neue nicht nichts nie \
         niemand noch nun nur ob oder ohne scheint schlecht schon sehr sein seine seit selbst sich sie sind so \
         soll sollte sondern spat steht stunde stunden tag tage uber uhr um und uns unser unsere unter verspatung \
         viel viele vom von vor wahrend wann war waren warte warten warum was weg wegen weil welche wenn wer \
         werde werden wie wieder wieso will wir wird wo woche wochen wollen wurde wurden zeit zu zug zum zur \
         zuruck zwei zwischen",
    ),
    (
        "es",
        "a aerolinea ahi ahora al algo alguien algun alguna alli anos antes aqui asi asiento atencion aun aunque \
         avion ayer ayuda ayudar bien billete buen buena buenas bueno buenos cada cancelado casi como con contra \
         cosa creo cual cuando cuanto cuenta de debe del dentro desde despues dia dias dice diga dijo dinero \
         donde durante el ella ellos embarque empresa en entonces entre equipaje era eran eres es esa escriba ese \
         eso esos espera esperando esta estaba estado estamos estan estas este esto estos estoy fue fuera \
         funciona gracias ha habia hace hacer hacia han hasta hay haya he hemos hola hora horas hoy igual la las \
         le les llamada llega llegado llego lleva llevamos llevo lo los luego maleta maletas manana mas me mejor \
         menos mi mia mientras mio mis mismo muchas mucho muchos muy nada nadie ni ninguna ninguno no nos \
         nosotros nuestra nuestro nuestros nueva nuevo nunca otra otro otros pagina para pasado peor perdido pero \
         pide poco podemos por porque puede pueden puedes puedo pues que quien quiere quiero quisiera reembolso \
         reserva retraso sabe saber se sea segun semana semanas ser servicio si sido siempre siento sin sino \
         sobre solo son soy su sus tambien tampoco tan tanto te telefono tenemos tener tengo tiempo tiene tienen \
         toda todavia todo todos trabajo tu un una unas uno unos usted ustedes va vamos van varias veces ver \
         verdad vez viaje vida voy vuelo vuelos y ya yo",
    ),
    (
        "fr",
        "a ai alors apres as au aucun aujourdhui aussi autre aux avant avec avez avoir avons bien bon bonjour \
         bonsoir c ca car ce cela celle celui ces cest cet cette chez comme comment d dans de deja demain depuis \
         des deux dire doit donc du elle elles en encore entre es est et etait etre eu faire fait faut fois heure \
         heures hier ici il ils j jai je jour jusqua l la le les leur leurs lui ma mais me meme merci mes mettre \
         moi moins mon n ne ni non nos notre nous on ont ou oui par parce pas pendant peu peut plus pour pourquoi \
         pouvez quand que quel quelle quelque qui quoi rien s sa sans se sera ses si son sont sous suis sur ta \
         tes toi ton toujours tous tout toute tres trop tu un une va valise vers voici vol vos votre voudrais \
         vous y",
    ),
    (
        "it",
        "a abbiamo ad adesso ai al alla alle allora altra altri altro anche ancora avere aveva bene buon buona \
         buongiorno c che chi ci ciao come con cosa cosi cui da dai dal dalla degli dei del della delle dello di \
         domani dopo dove due e ed era essere fa fare fino fra gia giorni giorno gli grazie ha hai hanno ho i \
         ieri il in io la le lei loro lui ma mai me meglio meno metti mi mia mie miei mio molto ne negli nei nel \
         nella nelle nessuno niente no noi non nostro o oggi ogni ora ore per perche perso piu poi possibile \
         posso prima puo puoi qual quale quando quanto quella quello questa questi questo qui sara se sei sempre \
         senza si sia sono sta stata stato su sua sui sul sulla suo tempo tra tutti tutto un una uno valigia vi \
         voglio volo vorrei",
    ),
    (
        "pt",
        "a agora ainda alguem algum alguma amanha ao aos apenas aqui as ate bem boa bom com como da das de dela \
         dele depois desde dia dias do dois dos e ela ele eles em entre era essa esse esta estamos estao estava \
         este estou eu fazer foi foram gente ha hoje isso isto ja la lhe lo mais mala mas me mesmo meu meus minha \
         minhas muito na nada nao nas nem nenhum ninguem no nos nossa nosso num numa nunca o obrigada obrigado \
         ola onde ontem os ou para pela pelo pelos pode podem por porque posso pra qual quando que quem quero se \
         sem sempre ser seu seus so sobre sou sua suas tem tempo tenho ter teu tua tudo um uma vai vao vez voce \
         voces voo vou",
    ),
    (
        "nl",
        "aan al alle alleen als altijd bagage ben bent bij daar dag dagen dan dank dat de deze die dit doe doen \
         dus een en er gaan gaat geen gegaan gehad geweest goed graag had hallo heb hebben hebt heeft heel hem \
         het hier hij hoe hoeveel hun ik in is ja je jij jou jouw jullie kan koffer kunnen laat maak maar me meer \
         mensen mij mijn moet moeten morgen na naar nee niet niets nieuwe nog nooit nu of om omdat onder ons ook \
         op over speel te toe toen toon tot uit uur van vandaag veel vlucht voeg voor waar waarom wanneer want \
         waren was wat we weer weet wel welke werd wie wij wil worden wordt zal ze zeer zet zich zij zijn zo \
         zonder zou zullen",
    ),
    (
        "sv",
        "alla allt att av bara bli blir da de dem den denna dessa det detta dig din ditt du efter ej eller en ett \
         fick finns fler for fore fran ga gar gick ha hade han har hej hela henne hon honom hur i idag igen \
         imorgon in ingen inget inte ja jag kan kommer kunde man mat med mellan men mer mig min mina mitt mot \
         mycket na nagon nagot nar nej ni nu och om oss pa sa sedan ser sig sin sina sitt ska skulle som tack \
         till under upp ut utan vad var vara varfor vi vid vilken vill",
    ),
    (
        "da",
        "af alle altid at bare blev blive bliver da de dem den denne der deres det dette dig din dit dog du efter \
         eller en end endnu er et fa far fik for fordi fra ga gang gar godt ham han hans har havde hej hele hende \
         her hos hun hvad hvem hver hvilken hvis hvor hvordan hvorfor hvornar i idag igen ikke ind ingen intet ja \
         jeg jer kan kom komme kommer kun kunne lige man mange med meget mellem men mere mig min mine mit mod nar \
         ned nej nogen noget nogle nu og ogsa om op os over pa sa seks selv sig sin sine skal skulle som tak til \
         ud under vaere var ved vi vil ville vis",
    ),
    (
        "no",
        "alle alt at av bare ble bli blir da de deg dem den denne der det dette din ditt du eller en enn er et \
         etter fa far fikk for fra ga gar gjor gjore ha hadde han hans har hei hele henne her hun hva hvem hver \
         hvilke hvilken hvis hvor hvordan hvorfor i idag igjen ikke ingen inn inne ja jeg kan kom komme kommer \
         kunne litt man mange med meg meget mellom men mer min mine mitt mot mye na naer nar ned nei noe noen nok \
         ny og ogsa om opp oss over pa sa se seg selv sett sin sine sitt ska skal skulle slik som takk til ut \
         uten vaer vaere vaert var ved vi vil ville vis",
    ),
    (
        "pl",
        "a albo ale az bardzo bez bo byc byl byla bylo chce co coraz czemu czy dla do dobrze dziekuje dzien dzis \
         dzisiaj gdy gdzie go i ich ile im ja jak jaka jaki jako je jego jej jest jestem jeszcze jutro juz kiedy \
         kto ktora ktore ktory ma mam mi mnie moge moj moja moje moze mozna na nad nam nas nic nie nigdy niz o od \
         on ona oni po pod poniewaz przed przez przy sa sie sobie ta tak takze tam te tego tej temu ten teraz to \
         tu ty tylko u w wam wiec wszystko z za zawsze ze zeby",
    ),
    (
        "tr",
        "acaba ama ancak artik bana bavulum ben beni benim bir biraz biz bu bugun bunu cok daha de degil diye \
         ekle en et gibi gore gun hafta hala hangi hava hayir hep her hic icin ile ise iyi kac kadar kez ki kim \
         lutfen merhaba mi mu nasil ne neden nerede o olacak olan olarak oldu olsun onu saat sadece sen sey simdi \
         siz son sonra tesekkurler ucak var ve veya ya yarin yok zaman",
    ),
    (
        "id",
        "ada adalah akan aku anda apa apakah atau bagaimana bahwa banyak baru belum berapa besok bisa buat bukan \
         dalam dan dapat dari dengan di dia dong gak hari harus ini itu jadi jam jangan juga kalau kami kamu \
         kapan karena kasih ke kenapa kepada kita koper lagi lain lama lebih maaf mana masih mau mereka mohon nya \
         oleh orang pada penerbangan saat saja sampai sangat saya sebagai sedang sekarang semua sudah tadi tapi \
         telah terima tetapi tidak tolong untuk ya yang",
    ),
    (
        "sr",
        "ali bez bi bih bila bilo bio biti ce cu da dan danas do dok ga gde gdje hoce hvala i ih ili im iz ja je \
         jedan jer jos juce kad kada kako kao koja koje koji kojoj koliko kolko li me mi mogu moj moja moje molim \
         moze mu na nam nas ne nego nema nije nikad nisam o od on ona oni pa po pre pri sam samo se si smo sta \
         sto su sutra sva sve svi ta tako te ti to toga tu u uz vam vas ve vec vi za zasto zbog",
    ),
    (
        "lt",
        "a ant apie ar arba as be bet bus buti buvo dabar dar del eina esu gali galiu gerai i iki ir is ja jau \
         jeigu ji jie jis jo jos jus kad kada kai kaip kas kiek kieno ko kodel kokia koks labai man mane manes \
         mano mes mums nei nera nes noriu nors nuo o pas per po prasau prie rytoj sia siandien sis su ta tai taip \
         tas tik tu tuo turi uz vis visi yra zmones",
    ),
    (
        "ro",
        "a aceasta acest acum ai al am ani are as asa asta astazi atunci au avea azi bine bun buna ca cand care \
         cat catre ce cel cine cu cum da daca de deja despre din doar dupa e ei el ele era este eu fara fi foarte \
         fost iar in inca intre la le lor lui ma mai mea mei meu mi mie mult multumesc nici nimeni nimic noi \
         nostru nu o ore pe pentru pot prin sa sau se si sunt sus te timp toate tot toti tu un una unde va voi \
         vreau zbor zi zile",
    ),
];

/// Slots of the table; a power of two, and so many more than words that a search is short.
const SLOTS: usize = 8_192;

/// The words by parts of their hashes, each where the hash says or behind, with the languages that have it. That some other
/// word has the same 44 bits is too seldom to matter, and a table of half the size is nearer.
static TABLE: [(u32, Languages); SLOTS] = table();

/// The languages that have this folded word among their frequent ones.
pub(super) fn languages_of(word: &str) -> Languages {
    let hash = hash(word.as_bytes(), 0, word.len());
    TABLE[slot_of(&TABLE, hash)].1
}

/// Where the hash stands, else the free slot that shows that it does not.
const fn slot_of(table: &[(u32, Languages); SLOTS], hash: u64) -> usize {
    let mark = mark(hash);
    let mut slot = (hash >> 32) as usize % SLOTS;
    while table[slot].0 != mark && table[slot].0 != 0 {
        slot = (slot + 1) % SLOTS;
    }
    slot
}

/// What tells a hash from others near by; never 0, which is a free slot.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the rest says where it stands"
)]
const fn mark(hash: u64) -> u32 {
    hash as u32 | 1
}

#[expect(
    clippy::large_stack_arrays,
    reason = "it is made while compiling, not while running"
)]
const fn table() -> [(u32, Languages); SLOTS] {
    let mut table = [(0, 0); SLOTS];
    let mut language = 0;
    while language < WORDS.len() {
        let words = WORDS[language].1.as_bytes();
        let mut start = 0;
        while start < words.len() {
            let mut end = start;
            while end < words.len() && words[end] != b' ' {
                end += 1;
            }
            let hash = hash(words, start, end);
            let slot = slot_of(&table, hash);
            table[slot].0 = mark(hash);
            table[slot].1 |= 1 << language;
            start = end + 1;
        }
        language += 1;
    }
    table
}

/// FNV-1a: <http://www.isthe.com/chongo/tech/comp/fnv/>.
const fn hash(bytes: &[u8], start: usize, end: usize) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut at = start;
    while at < end {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}
