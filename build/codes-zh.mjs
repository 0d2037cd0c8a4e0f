// Chinese names that no package has: provinces, units and their prefixes; and countries where GB/T 2659.1 says them differently.

export const territories = { HK: '中国香港', MO: '中国澳门', TW: '中国台湾' };

export const provinces = {
  'CN-AH': '安徽省', 'CN-BJ': '北京市', 'CN-CQ': '重庆市', 'CN-FJ': '福建省', 'CN-GD': '广东省', 'CN-GS': '甘肃省', 'CN-GX': '广西壮族自治区',
  'CN-GZ': '贵州省', 'CN-HA': '河南省', 'CN-HB': '湖北省', 'CN-HE': '河北省', 'CN-HI': '海南省', 'CN-HK': '香港特别行政区', 'CN-HL': '黑龙江省',
  'CN-HN': '湖南省', 'CN-JL': '吉林省', 'CN-JS': '江苏省', 'CN-JX': '江西省', 'CN-LN': '辽宁省', 'CN-MO': '澳门特别行政区', 'CN-NM': '内蒙古自治区',
  'CN-NX': '宁夏回族自治区', 'CN-QH': '青海省', 'CN-SC': '四川省', 'CN-SD': '山东省', 'CN-SH': '上海市', 'CN-SN': '陕西省', 'CN-SX': '山西省',
  'CN-TJ': '天津市', 'CN-TW': '台湾省', 'CN-XJ': '新疆维吾尔自治区', 'CN-XZ': '西藏自治区', 'CN-YN': '云南省', 'CN-ZJ': '浙江省',
};

export const prefixesOfUnits = {
  Y: '尧', Z: '泽', E: '艾', P: '拍', T: '太', G: '吉', M: '兆', k: '千', h: '百', da: '十', d: '分', c: '厘', m: '毫', u: '微', n: '纳', p: '皮',
  f: '飞', a: '阿', z: '仄', y: '幺',
};

export const units = {
  m: '米', s: '秒', g: '克', rad: '弧度', K: '开尔文', C: '库仑', cd: '坎德拉', '10*': '十的幂', '10^': '十的幂', '[pi]': '圆周率', '%': '百分之一',
  '[ppth]': '千分之一', '[ppm]': '百万分之一', '[ppb]': '十亿分之一', mol: '摩尔', sr: '球面度', Hz: '赫兹', N: '牛顿', Pa: '帕斯卡', J: '焦耳',
  W: '瓦特', A: '安培', V: '伏特', F: '法拉', Ohm: '欧姆', S: '西门子', Wb: '韦伯', Cel: '摄氏度', T: '特斯拉', H: '亨利', lm: '流明', lx: '勒克斯',
  Bq: '贝可勒尔', Gy: '戈瑞', Sv: '希沃特', deg: '度', "'": '角分', "''": '角秒', l: '升', L: '升', ar: '公亩', min: '分钟', h: '小时', d: '天',
  a: '年', wk: '周', mo: '月', t: '吨', bar: '巴', u: '原子质量单位', eV: '电子伏特', Ci: '居里', rem: '雷姆', kat: '开特', U: '酶活性单位',
  eq: '当量', osm: '渗透摩尔', '[pH]': '酸碱度', cal: '卡', '[Cal]': '大卡', 'm[H2O]': '米水柱', 'm[Hg]': '米汞柱', '[degF]': '华氏度',
  '[iU]': '国际单位', '[IU]': '国际单位', '[arb\'U]': '任意单位', '[in_i]': '英寸', '[ft_i]': '英尺', '[lb_av]': '磅', '[oz_av]': '盎司',
  '[CFU]': '菌落形成单位', '[diop]': '屈光度', B: '贝尔', dyn: '达因', erg: '尔格', P: '泊', G: '高斯', '[drp]': '滴', mho: '姆欧', bit: '比特', By: '字节',
};
