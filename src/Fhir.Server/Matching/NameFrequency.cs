// How common names are: that two people share a rare name says more than that they share 王伟.

using System.Collections.Frozen;

namespace FhirHub.Server.Matching;

/// <summary>Frequencies of names, as bits: the binary logarithm of one in how many people has it.</summary>
internal static class NameFrequency
{
    private const double RareChineseSurname = 11;
    private const double OtherSurname = 10;

    // Surnames in the order of their frequency in China, of whom the first has 75 in a thousand and the last about 1.5.
    private const string Surnames =
        "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常";

    private static readonly FrozenDictionary<string, double> SurnameBits = Surnames
        .Select((c, rank) => (Name: c.ToString(), Bits: Math.Log2(1000 / Math.Max(1.2, 75 / Math.Pow(rank + 1, 0.85)))))
        .ToFrozenDictionary(s => s.Name, s => s.Bits, StringComparer.Ordinal);

    // Given names that many bear, most of them for generations.
    private static readonly FrozenSet<string> CommonGiven = new[]
        {
            "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "霞", "平", "刚", "英", "华", "玲", "辉", "波", "斌", "鹏", "飞", "红", "梅", "燕", "浩", "宇", "鑫", "婷", "俊", "建", "健", "峰", "丹",
            "秀英", "桂英", "秀兰", "玉兰", "秀珍", "桂兰", "建华", "建国", "志强", "建军", "海燕", "小红", "玉梅", "国强", "淑珍", "婷婷", "浩然", "子涵", "梓涵", "欣怡", "一诺", "宇轩", "雨泽", "诗涵", "晓东", "丽娟", "国华", "志刚", "春梅", "雪梅",
        }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> CommonWestern = new[]
        {
            "smith", "johnson", "williams", "brown", "jones", "garcia", "miller", "davis", "rodriguez", "martinez", "wilson", "anderson", "taylor", "thomas", "moore", "martin", "lee", "nguyen", "kim", "park",
            "james", "john", "robert", "michael", "william", "david", "richard", "joseph", "mary", "patricia", "jennifer", "linda", "elizabeth", "maria", "susan", "anna",
        }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Bits of a family name.</summary>
    public static double OfFamily(PersonName name) =>
        SurnameBits.TryGetValue(name.Family, out var bits) ? bits
        : name.IsChinese ? RareChineseSurname
        : CommonWestern.Contains(name.Family) ? 7 : OtherSurname;

    /// <summary>Bits of a given name: of one character there are far fewer than of two.</summary>
    public static double OfGiven(PersonName name)
    {
        if (!name.IsChinese)
            return CommonWestern.Contains(name.Given) ? 5.5 : 7.5;
        var isShort = name.Given.Length < 2;
        return CommonGiven.Contains(name.Given) ? (isShort ? 7.7 : 9) : isShort ? 9.5 : 12.5;
    }
}
