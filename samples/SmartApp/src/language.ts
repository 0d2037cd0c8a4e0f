// What the app says, in English and in Chinese, and which of them it speaks.

const texts = {
  title: ['Patient summary', '患者概要'],
  skip: ['Skip to content', '跳到正文'],
  language: ['Language', '语言'],
  start: ['Sign in and choose a patient', '登录并选择患者'],
  startText: ['This app shows the summary, charts and images of one patient. It asks the server for access, and you decide there what it may read.', '此应用显示一位患者的概要、图表和影像。它向服务器申请访问，由您在服务器上决定它可以读取什么。'],
  connecting: ['Connecting to the server …', '正在连接服务器……'],
  loading: ['Loading …', '正在读取……'],
  again: ['Launch again', '重新启动'],
  otherServer: ['This app was launched for another server, which it does not serve. Launch it from the server that it belongs to.', '此应用被用于启动另一台服务器，它不为该服务器服务。请从它所属的服务器启动。'],
  otherIssuer: ['The answer came from another server than was asked. Nothing was sent to it; launch the app again.', '答复来自另一台服务器，而非所询问的服务器。未向其发送任何内容；请重新启动应用。'],
  unreachable: ['The server could not be asked. Check the connection and launch the app again.', '无法访问服务器。请检查连接，然后重新启动应用。'],
  denied: ['Access was refused, so there is nothing to show. Launch the app again to be asked anew.', '访问已被拒绝，因此没有可显示的内容。重新启动应用即可再次被询问。'],
  authorizationFailed: ['The server did not authorize the app.', '服务器未授权此应用。'],
  stale: ['This address belongs to a launch that is over. Launch the app again.', '此地址属于已结束的一次启动。请重新启动应用。'],
  over: ['The access has ended: it was revoked, or you signed out. Launch the app again.', '访问已结束：它已被撤销，或您已退出登录。请重新启动应用。'],
  noPatient: ['The server named no patient, so there is nothing to show. Launch the app again and choose one.', '服务器未指定患者，因此没有可显示的内容。请重新启动应用并选择患者。'],
  signOut: ['End access', '结束访问'],
  signedOut: ['The access of this app has been ended.', '此应用的访问已结束。'],
  signedOutHint: ['You may still be signed in at the server.', '您可能仍在服务器上保持登录。'],
  account: ['Your account', '您的账户'],
  reload: ['Read again', '重新读取'],
  patient: ['Patient', '患者'],
  sex: ['Sex', '性别'],
  male: ['male', '男'],
  female: ['female', '女'],
  other: ['other', '其他'],
  unknown: ['unknown', '未知'],
  born: ['Born', '出生'],
  years: ['years', '岁'],
  identifiers: ['Identifiers', '标识'],
  encounter: ['Encounter', '就诊'],
  problems: ['Problems', '问题'],
  allergies: ['Allergies', '过敏'],
  medications: ['Medications', '用药'],
  vitalSigns: ['Vital signs', '生命体征'],
  laboratory: ['Laboratory', '检验'],
  imaging: ['Imaging', '影像'],
  since: ['since', '始于'],
  ended: ['resolved', '已缓解'],
  none: ['None on record.', '无记录。'],
  more: ['There is more on record than is shown here.', '记录多于此处所示。'],
  refusedPart: ['Not shown: the app was not granted this.', '未显示：应用未被授予此项。'],
  failedPart: ['This could not be read.', '无法读取此项。'],
  values: ['Values', '数值'],
  date: ['Date', '日期'],
  value: ['Value', '数值'],
  range: ['Reference range', '参考范围'],
  otherResults: ['Results in words', '文字结果'],
  test: ['Test', '检验项目'],
  high: ['high', '偏高'],
  low: ['low', '偏低'],
  images: ['images', '幅图像'],
  series: ['Series', '序列'],
  openViewer: ['Open in the viewer', '在阅片器中打开'],
  enlarge: ['Enlarge', '放大'],
  close: ['Close', '关闭'],
  noPicture: ['No picture', '无图像'],
  access: ['About this access', '关于此次访问'],
  user: ['Signed in as', '登录身份'],
  server: ['Server', '服务器'],
  granted: ['Granted', '已授予'],
  refused: ['Refused', '被拒绝'],
  refusedNotice: ['Some of what the app asked for was refused; it shows the rest.', '应用申请的部分内容被拒绝；它显示其余部分。'],
  until: ['Good until', '有效期至'],
  renews: ['The app renews it by itself.', '应用会自行续期。'],
  renewsNot: ['It can’t be renewed; launch the app again then.', '无法续期；届时请重新启动应用。'],
  renew: ['Renew now', '立即续期'],
  renewed: ['Access was renewed.', '访问已续期。'],
} as const satisfies Readonly<Record<string, readonly [string, string]>>;

/** The name of something that the app says. */
export type Text = keyof typeof texts;

/** A language that the app speaks. */
export type Language = 'en' | 'zh';

const key = 'fhirhub-summary-language';

let language: Language = chosen() ?? (navigator.languages.map(tag => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? 'en');

/** What the app says in the language of the moment. */
export function say(text: Text): string {
  return texts[text][language === 'en' ? 0 : 1];
}

/** The language of the moment. */
export function languageNow(): Language {
  return language;
}

/** Its tag, as pages and formats name it. */
export function languageTag(): string {
  return language === 'en' ? 'en' : 'zh-CN';
}

/** Speaks another language from now on. */
export function speak(other: Language): void {
  language = other;
  localStorage.setItem(key, other);
}

/** A day, as its language writes it; a partial date is left as it is. */
export function day(date: string | undefined): string {
  if (date === undefined || date.length < 10) return date ?? '';
  return new Intl.DateTimeFormat(languageTag(), { dateStyle: 'medium', timeZone: date.length === 10 ? 'UTC' : undefined }).format(new Date(date));
}

/** A moment. */
export function moment(date: Date): string {
  return new Intl.DateTimeFormat(languageTag(), { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}

function chosen(): Language | undefined {
  const kept = localStorage.getItem(key);
  return kept !== null && isLanguage(kept) ? kept : undefined;
}

function isLanguage(text: string): text is Language {
  return text === 'en' || text === 'zh';
}
