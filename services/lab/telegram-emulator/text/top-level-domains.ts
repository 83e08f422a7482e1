/**
 * The top-level domains that make a link of a host without `https://`.
 *
 * Guarantees: every domain of a country. Does not guarantee: of the other domains those beyond the common ones.
 * Source: IANA's list of the root zone.
 *
 * Tested by: test/lab/telegram-emulator/text/find-entities.test.ts
 */
const countries =
  'ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ' +
  'ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ' +
  'ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo ' +
  'jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms ' +
  'mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ' +
  'ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv ' +
  'tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw рф бел укр қаз срб мкд';
const others =
  'academy agency aero app art asia auto bank bar best bid bike biz blog business cafe camp capital cards care casa ' +
  'cash cat center chat city click cloud club coach codes coffee community company computer consulting cool coop ' +
  'courses credit cricket dance date deals design dev digital direct directory domains edu education email energy ' +
  'engineering enterprises equipment estate events exchange expert express family farm fashion film finance fish fit ' +
  'football foundation fun fund gallery game games garden gift gifts gov graphics group guide guru health help host ' +
  'hosting house how info ink institute insure int international investments jobs kim land law legal life limited ' +
  'link live llc loan love ltd management market marketing mba media men mil mobi moda moe money moscow museum name ' +
  'net network news ngo ninja one ong online org page partners parts party pet photo photography photos pics pink ' +
  'pizza plus post press pro productions properties pub radio realty recipes red rent repair report rest restaurant ' +
  'reviews rip rocks run sale school science services sexy shop show site ski social software solutions space store ' +
  'stream studio style support surf systems tatar tattoo taxi team tech technology tel tips today tools top tours ' +
  'town toys trade trading training travel tube university uno vacations ventures vet video villas vip vision wang ' +
  'watch webcam website wedding wiki win wine work works world wtf xxx xyz yandex yoga zone дети москва онлайн орг ' +
  'рус сайт com ton onion';
const known = new Set(`${countries} ${others}`.split(' '));

/** With a capital first letter alone it is the next sentence: `the end.Come in`. */
export function isTopLevelDomain(domain: string): boolean {
  const lower = domain.toLowerCase();
  return known.has(lower) && (lower === domain || lower.slice(1) !== domain.slice(1));
}
