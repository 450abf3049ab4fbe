"""The words of the range's own text grammar: topics, intents, circumstances and small talk in ten languages.

Everything here was written for Revenuer; no sentence comes from a data set.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """The material of one language. `intents` hold {x} (a noun of a topic) and sometimes {y} (another noun).

    `topics` is a tuple of noun tuples: a person who likes a topic draws nouns from it.
    """

    code: str
    topics: tuple[tuple[str, ...], ...]
    intents: tuple[str, ...]
    circumstances: tuple[str, ...]
    follow_ups: tuple[str, ...]
    small_talk: tuple[str, ...]


def _split(*lines: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(part.strip() for part in line.split("|")) for line in lines)


ENGLISH = Language(
    code="en",
    topics=_split(
        "sourdough starter|lentil soup|pizza dough|pickled onions|a birthday cake|slow cooker chili|miso paste|roast chicken|gluten free pasta|freezer meals|knife sharpening|cast iron pans",
        "tomato seedlings|raised beds|compost|aphids on roses|a small balcony garden|drip irrigation|winter pruning|lawn moss|fruit trees|soil pH|mulch|houseplants in low light",
        "a weekend in Lisbon|train passes|travel insurance|a road trip with kids|hiking boots|carry-on packing|night buses|jet lag|visa paperwork|camping in the rain|hostel booking|a layover",
        "a Python decorator|asyncio timeouts|a pandas merge|type hints|a flaky pytest|virtual environments|regex groups|a memory leak|dataclasses|a Flask route|logging config|circular imports",
        "a slow SQL join|window functions|an index scan|database migrations|a deadlock|partitioned tables|query plans|materialized views|foreign keys|a CTE|connection pools|row level security",
        "the Hanseatic League|Roman roads|the printing press|medieval guilds|the Silk Road|the French Revolution|shipwrecks|the Bronze Age collapse|canal building|the space race|trade unions|old maps",
        "mitochondria|antibiotic resistance|bird migration|coral bleaching|gene editing|the immune system|photosynthesis|sleep cycles|gut bacteria|tardigrades|predator prey models|enzymes",
        "a half marathon plan|knee pain after running|protein intake|kettlebell swings|stretching|rest days|a beginner pull-up|heart rate zones|swim technique|posture|yoga at home|cycling commute",
        "index funds|a mortgage offer|a household budget|freelance taxes|an emergency fund|credit scores|a pension transfer|car leasing|student loans|inflation|rent increases|a spreadsheet of expenses",
        "a toddler who won't sleep|screen time|a science fair project|school lunches|sibling fights|potty training|homework routines|a birthday party|reading aloud|teen curfew|allergies at school|a new baby",
        "a rental contract|small claims court|a parking fine|a non-compete clause|copyright on photos|a will|neighbour noise|a refund dispute|data protection notices|a power of attorney|overtime pay|a warranty",
        "jazz chords|a mixing desk|guitar strings|choir warmups|sheet music|a synth patch|drum practice|music theory|vinyl records|a podcast intro|ear training|a string quartet",
        "a screenplay|film noir|a short story ending|world building|dialogue tags|a villain's motive|book club questions|documentaries|poetry metre|a plot twist|an opening line|a fantasy map",
        "a cover letter|a salary negotiation|an exit interview|a portfolio site|a career change|interview nerves|a resume gap|a reference|remote work|a performance review|networking events|burnout",
        "quantum tunnelling|a pendulum lab|entropy|lens optics|orbital mechanics|capacitors|buoyancy|special relativity|standing waves|heat pumps|a circuit diagram|radioactive decay",
        "a leaking tap|drywall cracks|a thermostat|paint for damp walls|squeaky floors|a blocked drain|loft insulation|door hinges|tile grout|a circuit breaker|a garden shed|window seals",
        "a nervous rescue dog|cat litter|hamster cages|puppy biting|aquarium filters|a limping horse|parrot noise|flea treatment|senior cats|crate training|dog food labels|backyard chickens",
        "a landing page|newsletter subject lines|ad copy|brand names|a pricing page|customer interviews|churn|search rankings|a product launch|social posts|a survey|webinar attendance",
        "a confidence interval|logistic regression|an A/B test|outliers|p-values|a Bayesian prior|sample size|survey weights|time series|cross validation|a scatter plot|missing data",
        "migraine triggers|a blood test|seasonal allergies|vitamin D|blood pressure|back pain|a sore throat|contact lenses|a vaccine schedule|sunburn|dental crowns|caffeine",
        "a Kubernetes pod|a Dockerfile|a React hook|CSS grid|a git rebase|a webhook|OAuth tokens|a Rust lifetime|TypeScript generics|a cron job|nginx config|a GraphQL schema",
        "a quarterly report|meeting notes|a project charter|vendor contracts|an onboarding plan|a risk register|a team retrospective|stakeholder mail|a procurement form|an org chart|travel policy|invoice matching",
    ),
    intents=(
        "How do I deal with {x}?",
        "Can you explain {x} in plain words?",
        "What is the difference between {x} and {y}?",
        "Give me a checklist for {x}",
        "Why would {x} matter when I already have {y}?",
        "Write a short message about {x} to my colleague",
        "I keep failing at {x}, what am I missing?",
        "Compare three approaches to {x}",
        "Is it worth learning about {x}?",
        "Draft an email that mentions {x} and {y}",
        "Summarise what a beginner needs to know about {x}",
        "What are common mistakes with {x}?",
        "Help me plan {x} step by step",
        "Which tools would you pick for {x}?",
        "How much time should I set aside for {x}?",
        "Turn my notes on {x} into five bullet points",
        "What questions should I ask an expert about {x}?",
        "Tell me something surprising about {x}",
        "Could {x} cause problems with {y}?",
        "Make a table that weighs {x} against {y}",
        "What would you do first about {x}?",
        "Proofread this: {x} was harder than we thought because of {y}",
        "Is there a cheap way to get started with {x}?",
        "Give two examples of {x} and one counterexample",
        "how long does {x} usually take",
        "Rewrite this so it sounds friendlier: we can't help with {x} before {y} is sorted",
        "What's the history behind {x}?",
        "Suggest a title for a talk on {x}",
        "Quiz me on {x}",
        "What does a professional look for in {x}?",
        "need ideas for {x}",
        "pros and cons of {x}?",
        "Translate 'please check {x} before {y}' into polite business language",
        "I read that {x} is overrated. true?",
        "Where do people usually go wrong between {x} and {y}?",
    ),
    circumstances=(
        "I only have {n} minutes.",
        "My budget is about {n} euros.",
        "This is for my {p}.",
        "I tried it {n} times already.",
        "My {p} thinks I'm overdoing it.",
        "We are a team of {n}.",
        "It has to be done by {d}.",
        "I'm a complete beginner.",
        "Last {d} it went wrong again.",
        "Please keep it under {n} words.",
        "I moved here {n} months ago.",
        "The previous advice didn't work.",
        "My {p} asked me and I had no answer.",
        "I'd rather not spend money on it.",
        "There are {n} of us and one car.",
        "It's for a presentation on {d}.",
        "I have about {n} pages of notes.",
        "Nothing fancy please.",
        "My {p} is allergic to everything, by the way.",
        "I'm on my phone so short is good.",
        "We did this in {n} and it was fine.",
        "Assume I know the basics.",
        "It's raining until {d}.",
        "I need to convince my {p}.",
    ),
    follow_ups=(
        "and what about {x}?",
        "can you make that shorter",
        "why?",
        "ok but what if {x} isn't an option",
        "give me an example with {x}",
        "that didn't work",
        "go on",
        "can you put it in a table",
        "what would change with {y}?",
        "simpler please",
        "more detail on the second point",
        "does that also hold for {x}?",
        "now write it for my {p}",
        "are you sure about that?",
        "sources?",
        "hmm, I meant {x}",
        "same again but for {y}",
        "what's the first step",
        "could you redo it without {x}",
        "how many would that be for {n} people",
    ),
    small_talk=(
        "thanks",
        "thank you!",
        "continue",
        "ok",
        "great, thanks",
        "yes please",
        "no",
        "hi",
        "hello",
        "perfect",
        "cool",
        "next",
        "again",
        "yes",
        "go ahead",
        "lol ok",
    ),
)

_OTHERS: Mapping[str, tuple[str, str, str, str, str]] = {
    "de": (
        "die Steuererklärung|ein Mietvertrag|der Sauerteig|eine Wärmepumpe|Rückenschmerzen;das Fahrrad|ein Bewerbungsschreiben|der Urlaub an der Ostsee|Excel-Formeln|eine Python-Funktion;der Kleingarten|die Elternzeit|ein Referat über Goethe|die Krankenkasse|Vokabeln lernen;die Waschmaschine|ein Hund aus dem Tierheim|die Geburtstagsrede|Kündigungsfristen|ein Datenbankindex",
        "Wie gehe ich mit {x} um?|Erkläre mir bitte {x} ganz einfach|Was ist der Unterschied zwischen {x} und {y}?|Schreib mir eine kurze Mail wegen {x}|Welche Fehler macht man bei {x}?|Ich brauche Ideen für {x}|Lohnt sich {x} überhaupt?|Kannst du {x} und {y} vergleichen?|Mach mir eine Checkliste für {x}|Was kostet {x} ungefähr?|Warum klappt {x} bei mir nicht?",
        "Ich habe nur {n} Minuten Zeit.|Es ist für meine Schwester.|Bis Freitag muss es fertig sein.|Wir sind zu {n}.|Ich bin Anfänger.|Mein Budget liegt bei {n} Euro.|Bitte nicht so lang.|Beim letzten Mal ging es schief.",
        "und was ist mit {x}?|geht das kürzer?|warum?|ein Beispiel bitte|das hat nicht funktioniert|und ohne {x}?|bist du sicher?|weiter",
        "danke|ok|super, danke|ja bitte|nein|hallo|weiter",
    ),
    "fr": (
        "la déclaration d'impôts|un bail|le levain|une randonnée|le mal de dos;un CV|les verbes irréguliers|un voyage en Bretagne|une formule Excel|une fonction Python;le potager|le congé parental|un exposé sur Molière|la mutuelle|un vélo électrique;une lettre de motivation|un chaton|le gâteau au chocolat|la guitare|les probabilités",
        "Comment faire pour {x} ?|Peux-tu m'expliquer {x} simplement ?|Quelle est la différence entre {x} et {y} ?|Écris un petit message à propos de {x}|Quelles erreurs éviter avec {x} ?|J'ai besoin d'idées pour {x}|Est-ce que {x} en vaut la peine ?|Compare {x} et {y} dans un tableau|Donne-moi une liste pour {x}|Combien coûte {x} ?|Pourquoi {x} ne marche pas chez moi ?",
        "Je n'ai que {n} minutes.|C'est pour ma mère.|Il faut finir avant vendredi.|Nous sommes {n}.|Je débute complètement.|Mon budget est de {n} euros.|Réponse courte s'il te plaît.|La dernière fois c'était raté.",
        "et pour {x} ?|plus court ?|pourquoi ?|un exemple ?|ça n'a pas marché|et sans {x} ?|tu es sûr ?|continue",
        "merci|ok|super merci|oui|non|bonjour|continue",
    ),
    "es": (
        "la declaración de la renta|un contrato de alquiler|la masa madre|el dolor de espalda|una bicicleta;una carta de presentación|un viaje a Galicia|las fórmulas de Excel|una función en Python|el huerto;la baja laboral|un trabajo sobre Cervantes|el seguro médico|los verbos en inglés|una tortilla;un perro adoptado|un discurso de boda|la lavadora|una consulta SQL|la guitarra",
        "¿Cómo hago con {x}?|Explícame {x} de forma sencilla|¿Qué diferencia hay entre {x} y {y}?|Escribe un mensaje corto sobre {x}|¿Qué errores se cometen con {x}?|Necesito ideas para {x}|¿Vale la pena {x}?|Compara {x} con {y}|Hazme una lista para {x}|¿Cuánto cuesta {x}?|¿Por qué no me funciona {x}?",
        "Solo tengo {n} minutos.|Es para mi hermano.|Tiene que estar el viernes.|Somos {n}.|Soy principiante.|Mi presupuesto es de {n} euros.|Corto, por favor.|La otra vez salió mal.",
        "¿y {x}?|más corto|¿por qué?|dame un ejemplo|no funcionó|¿y sin {x}?|¿seguro?|sigue",
        "gracias|ok|genial, gracias|sí|no|hola|sigue",
    ),
    "pt": (
        "o imposto de renda|um contrato de aluguel|o pão caseiro|a dor nas costas|uma bicicleta;o currículo|uma viagem ao litoral|as fórmulas do Excel|uma função em Python|a horta;a licença maternidade|um trabalho sobre Machado de Assis|o plano de saúde|a prova de inglês|um bolo de cenoura;um cachorro adotado|um discurso|a máquina de lavar|um banco de dados|o violão",
        "Como faço com {x}?|Explica {x} de um jeito simples|Qual a diferença entre {x} e {y}?|Escreve uma mensagem curta sobre {x}|Quais erros evitar com {x}?|Preciso de ideias para {x}|Vale a pena {x}?|Compara {x} com {y}|Faz uma lista para {x}|Quanto custa {x}?|Por que {x} não dá certo comigo?",
        "Só tenho {n} minutos.|É para minha irmã.|Tem que ficar pronto na sexta.|Somos {n}.|Sou iniciante.|Meu orçamento é de {n} reais.|Resposta curta, por favor.|Da última vez deu errado.",
        "e {x}?|mais curto|por quê?|um exemplo|não funcionou|e sem {x}?|tem certeza?|continua",
        "obrigado|ok|valeu|sim|não|oi|continua",
    ),
    "zh": (
        "租房合同|个人所得税|自行车|红烧肉|简历;一次云南旅行|Excel 公式|Python 函数|阳台种菜|英语单词;毕业论文|医保报销|吉他入门|数据库索引|腰痛;领养的小狗|婚礼致辞|洗衣机|概率题|周报",
        "怎么处理{x}?|请简单解释一下{x}|{x}和{y}有什么区别?|帮我写一段关于{x}的话|{x}常见的错误有哪些?|给我一些{x}的点子|{x}值得吗?|把{x}和{y}做个对比|列一个{x}的清单|{x}大概要多少钱?|为什么我的{x}总是不行?",
        "我只有{n}分钟。|是给我妹妹用的。|星期五之前要完成。|我们有{n}个人。|我是新手。|预算大约{n}元。|请简短一点。|上次没成功。",
        "那{x}呢?|短一点|为什么?|举个例子|没有用|如果不用{x}呢?|你确定吗?|继续",
        "谢谢|好的|太好了|是的|不用|你好|继续",
    ),
    "ja": (
        "確定申告|賃貸契約|自転車|味噌汁|履歴書;北海道旅行|Excelの数式|Pythonの関数|家庭菜園|英単語;卒業論文|健康保険|ギター|データベースの索引|腰痛;保護犬|結婚式のスピーチ|洗濯機|確率の問題|議事録",
        "{x}はどうすればいいですか?|{x}をわかりやすく説明してください|{x}と{y}の違いは何ですか?|{x}について短い文を書いて|{x}でよくある失敗は?|{x}のアイデアをください|{x}は意味がありますか?|{x}と{y}を比べてください|{x}のチェックリストを作って|{x}はいくらぐらいかかる?|どうして{x}がうまくいかないのでしょう",
        "{n}分しかありません。|妹のためです。|金曜までに必要です。|{n}人います。|初心者です。|予算は{n}円です。|短くお願いします。|前回は失敗しました。",
        "{x}の場合は?|もっと短く|なぜ?|例をください|だめでした|{x}なしでは?|本当ですか?|続けて",
        "ありがとう|はい|了解|いいえ|こんにちは|続けて|助かりました",
    ),
    "ar": (
        "عقد الإيجار|الضرائب|خبز البيت|ألم الظهر|الدراجة;السيرة الذاتية|رحلة إلى البحر|جداول إكسل|دالة بايثون|حديقة صغيرة;بحث التخرج|التأمين الصحي|كلمات إنجليزية|قاعدة بيانات|العود;قطة جديدة|كلمة في حفل زفاف|الغسالة|مسألة احتمالات|تقرير العمل",
        "كيف أتعامل مع {x}؟|اشرح لي {x} ببساطة|ما الفرق بين {x} و{y}؟|اكتب رسالة قصيرة عن {x}|ما الأخطاء الشائعة في {x}؟|أحتاج أفكارا حول {x}|هل يستحق {x} العناء؟|قارن بين {x} و{y}|اعمل قائمة من أجل {x}|كم يكلف {x}؟|لماذا لا ينجح {x} معي؟",
        "لدي {n} دقيقة فقط.|هذا لأختي.|يجب أن ينتهي قبل الجمعة.|نحن {n} أشخاص.|أنا مبتدئ.|ميزانيتي {n}.|باختصار من فضلك.|في المرة السابقة فشلت.",
        "وماذا عن {x}؟|أقصر من فضلك|لماذا؟|أعطني مثالا|لم ينجح|وبدون {x}؟|هل أنت متأكد؟|أكمل",
        "شكرا|حسنا|ممتاز|نعم|لا|مرحبا|أكمل",
    ),
    "ru": (
        "налоговая декларация|договор аренды|домашний хлеб|боль в спине|велосипед;резюме|поездка на Байкал|формулы Excel|функция на Python|огород;дипломная работа|страховка|английские слова|база данных|гитара;щенок из приюта|речь на свадьбе|стиральная машина|задача по вероятности|отчёт за месяц",
        "Что делать, если проблема: {x}?|Объясни простыми словами: {x}|В чём разница: {x} или {y}?|Напиши короткое сообщение, тема: {x}|Какие бывают ошибки, тема: {x}?|Нужны идеи: {x}|Стоит ли оно того: {x}?|Сравни: {x} и {y}|Составь список дел: {x}|Сколько стоит {x}?|Почему у меня не получается: {x}?",
        "У меня только {n} минут.|Это для сестры.|Нужно до пятницы.|Нас {n} человек.|Я новичок.|Бюджет {n} рублей.|Покороче, пожалуйста.|В прошлый раз не вышло.",
        "а если {x}?|короче|почему?|приведи пример|не сработало|а без этого: {x}?|точно?|продолжай",
        "спасибо|ок|отлично|да|нет|привет|дальше",
    ),
    "hi": (
        "किराये का अनुबंध|आयकर|घर की रोटी|कमर दर्द|साइकिल;बायोडाटा|पहाड़ों की यात्रा|एक्सेल के सूत्र|पाइथन फ़ंक्शन|छोटा बगीचा;परियोजना रिपोर्ट|स्वास्थ्य बीमा|अंग्रेज़ी शब्द|डेटाबेस|गिटार;नया पिल्ला|शादी का भाषण|वॉशिंग मशीन|प्रायिकता का सवाल|मासिक रिपोर्ट",
        "{x} के बारे में क्या करूँ?|{x} को आसान शब्दों में समझाओ|{x} और {y} में क्या अंतर है?|{x} पर एक छोटा संदेश लिखो|{x} में कौन सी गलतियाँ होती हैं?|{x} के लिए सुझाव दो|क्या {x} ठीक रहेगा?|{x} और {y} की तुलना करो|{x} के लिए सूची बनाओ|{x} में कितना खर्च आएगा?|मेरा {x} ठीक क्यों नहीं होता?",
        "मेरे पास {n} मिनट हैं।|यह मेरी बहन के लिए है।|शुक्रवार तक चाहिए।|हम {n} लोग हैं।|मैं नया हूँ।|बजट {n} रुपये है।|छोटा जवाब दो।|पिछली बार नहीं हुआ।",
        "और {x}?|छोटा करो|क्यों?|उदाहरण दो|काम नहीं किया|{x} के बिना?|पक्का?|आगे",
        "धन्यवाद|ठीक है|बहुत अच्छा|हाँ|नहीं|नमस्ते|आगे",
    ),
}


def _language(code: str, parts: tuple[str, str, str, str, str]) -> Language:
    topics, intents, circumstances, follow_ups, small_talk = parts
    return Language(
        code=code,
        topics=_split(*topics.split(";")),
        intents=tuple(intents.split("|")),
        circumstances=tuple(circumstances.split("|")),
        follow_ups=tuple(follow_ups.split("|")),
        small_talk=tuple(small_talk.split("|")),
    )


LANGUAGES: tuple[Language, ...] = (ENGLISH, *(_language(code, parts) for code, parts in _OTHERS.items()))
LANGUAGE_WEIGHTS: tuple[float, ...] = (0.55, 0.07, 0.06, 0.07, 0.05, 0.06, 0.04, 0.03, 0.04, 0.03)
"""Share of people by language; an assumption, no vendor publishes one."""

PEOPLE: tuple[str, ...] = (
    "boss",
    "sister",
    "neighbour",
    "landlord",
    "daughter",
    "uncle",
    "teacher",
    "flatmate",
    "client",
    "dad",
    "coach",
    "wife",
    "husband",
    "intern",
)
DAYS: tuple[str, ...] = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "the 12th",
    "next week",
    "month end",
)
NAMES: tuple[str, ...] = (
    "Mara",
    "Tobias",
    "Ines",
    "Kofi",
    "Lena",
    "Ravi",
    "Yuki",
    "Omar",
    "Paula",
    "Jonas",
    "Aisha",
    "Mateo",
    "Noor",
    "Felix",
    "Sana",
    "Igor",
    "Chloe",
    "Bao",
    "Tess",
    "Emil",
)
