// Names of people: surnames about as frequent as in China, given names by generation, and the pinyin of both.

using System.Globalization;

namespace FhirHub.Samples.Region;

/// <summary>A Chinese name with its pinyin.</summary>
internal sealed record PersonName(string Family, string Given, string FamilyPinyin, string GivenPinyin)
{
    /// <summary>The name as it is spoken.</summary>
    public string Text => Family + Given;

    /// <summary>The name in pinyin.</summary>
    public string Pinyin => $"{FamilyPinyin} {GivenPinyin}";
}

/// <summary>Chooses names.</summary>
internal static class PersonNames
{
    // The earlier ones are chosen more often.
    private const string SurnameWords =
        "王wang 李li 张zhang 刘liu 陈chen 杨yang 黄huang 赵zhao 吴wu 周zhou 徐xu 孙sun 马ma 朱zhu 胡hu 郭guo 何he 林lin 高gao 罗luo "
        + "郑zheng 梁liang 谢xie 宋song 唐tang 许xu 韩han 邓deng 冯feng 曹cao 彭peng 曾zeng 肖xiao 田tian 董dong 潘pan 袁yuan 蔡cai 蒋jiang 余yu "
        + "于yu 杜du 叶ye 程cheng 魏wei 苏su 吕lv 丁ding 任ren 卢lu 姚yao 沈shen 钟zhong 姜jiang 崔cui 谭tan 陆lu 范fan 汪wang 廖liao 石shi 金jin 韦wei 贾jia 夏xia 付fu 方fang 白bai 邹zou 孟meng 熊xiong 秦qin";

    private const string OldMale = "国guo 建jian 志zhi 德de 福fu 贵gui 明ming 荣rong 生sheng 发fa 文wen 武wu 军jun 平ping 林lin 华hua 强qiang 永yong 清qing 忠zhong 义yi 厚hou 山shan 海hai 根gen 田tian 春chun 松song 柱zhu 东dong";
    private const string OldFemale = "秀xiu 英ying 桂gui 兰lan 珍zhen 玉yu 芳fang 凤feng 莲lian 梅mei 淑shu 琴qin 云yun 香xiang 菊ju 花hua 芬fen 翠cui 素su 华hua 爱ai 荣rong 贞zhen 娥e 巧qiao 芝zhi 霞xia 萍ping 仙xian 金jin";
    private const string MiddleMale = "伟wei 勇yong 军jun 磊lei 杰jie 涛tao 斌bin 波bo 辉hui 刚gang 健jian 明ming 鹏peng 飞fei 超chao 峰feng 浩hao 亮liang 毅yi 凯kai 宁ning 龙long 旭xu 帅shuai 建jian 志zhi 晓xiao 文wen 海hai 俊jun";
    private const string MiddleFemale = "丽li 敏min 静jing 艳yan 娟juan 燕yan 红hong 玲ling 霞xia 萍ping 婷ting 梅mei 慧hui 莉li 琳lin 雪xue 颖ying 娜na 洁jie 倩qian 晓xiao 文wen 春chun 海hai 雯wen 芳fang 蓉rong 蕾lei 佳jia 露lu";
    private const string YoungMale = "子zi 浩hao 宇yu 轩xuan 泽ze 睿rui 博bo 昊hao 晨chen 俊jun 嘉jia 铭ming 皓hao 奕yi 逸yi 辰chen 涵han 煜yu 天tian 航hang 瑞rui 思si 明ming 远yuan 一yi 恒heng 文wen 沐mu 霖lin 阳yang";
    private const string YoungFemale = "梓zi 涵han 欣xin 怡yi 诗shi 琪qi 雨yu 萱xuan 梦meng 佳jia 思si 语yu 妍yan 婉wan 依yi 馨xin 瑶yao 若ruo 彤tong 悦yue 可ke 心xin 熙xi 宁ning 安an 紫zi 芷zhi 沐mu 雅ya 静jing";

    private static readonly Syllable[] Surnames = Read(SurnameWords);

    private static readonly Dictionary<(bool IsMale, int Generation), Syllable[]> Given = new()
    {
        [(true, 0)] = Read(OldMale),
        [(false, 0)] = Read(OldFemale),
        [(true, 1)] = Read(MiddleMale),
        [(false, 1)] = Read(MiddleFemale),
        [(true, 2)] = Read(YoungMale),
        [(false, 2)] = Read(YoungFemale),
    };

    /// <summary>All characters with the pinyin that is written for them.</summary>
    public static IEnumerable<(string Character, string Pinyin)> Characters =>
        Surnames.Concat(Given.Values.SelectMany(static syllables => syllables)).Select(static syllable => (syllable.Character, syllable.Pinyin));

    /// <summary>A name, with the family's surname if one is given.</summary>
    public static PersonName Choose(SplitMix64 random, bool isMale, int birthYear, PersonName? relative = null)
    {
        var surname = relative is null
            ? Surnames[Math.Min(random.Below(Surnames.Length), random.Below(Surnames.Length))]
            : new Syllable(relative.Family, relative.FamilyPinyin.ToLowerInvariant());
        var generation = birthYear < 1968 ? 0 : birthYear < 2002 ? 1 : 2;
        var syllables = Given[(isMale, generation)];
        var first = random.Pick(syllables);
        var second = random.Pick(syllables);

        // Names of one character came into use later.
        var isShort = random.Chance(15) && generation > 0;
        return new PersonName(
            surname.Character,
            isShort ? first.Character : first.Character + second.Character,
            Capitalized(surname.Pinyin),
            Capitalized(isShort ? first.Pinyin : Joined(first.Pinyin, second.Pinyin)));
    }

    // A syllable that begins with a vowel is set apart (GB/T 16159).
    private static string Joined(string first, string second) => second[0] is 'a' or 'e' or 'o' ? $"{first}'{second}" : first + second;

    private static string Capitalized(string text) => char.ToUpper(text[0], CultureInfo.InvariantCulture) + text[1..];

    private static Syllable[] Read(string words) => [.. words.Split(' ').Select(static word => new Syllable(word[..1], word[1..]))];

    private sealed record Syllable(string Character, string Pinyin);
}
