// Invented names of counties, townships and villages; those of one parent differ.

namespace FhirHub.Samples.Region;

/// <summary>Names by number.</summary>
internal static class Places
{
    private const string CountyFirst = "石云柳松梅竹兰枫桂榆桐杏麦稻荷茶银铜玉金";
    private const string CountyLast = "桥坪川岭溪泉湾塘";
    private const string TownshipFirst = "龙凤鹤鹿虎马牛羊燕雁鹰鱼花果药盐炭瓷纸布旗鼓钟塔";
    private const string TownshipLast = "潭坝寨营关渡垭坳屯铺";

    private static readonly string[] Villages =
    [
        "柳树", "杨树", "槐树", "枣树", "桃园", "梨园", "核桃", "石榴", "大井", "小井", "东沟", "西沟", "南坡", "北坡", "上湾",
        "下湾", "前庄", "后庄", "新庄", "老庄", "高台", "平地", "白塔", "红岩", "黑石", "青石", "大桥", "小桥", "水磨", "油坊",
    ];

    public static string County(int index) =>
        $"{CountyFirst[index % CountyFirst.Length]}{CountyLast[((index / CountyFirst.Length) + index) % CountyLast.Length]}县";

    public static string Township(int county, int ordinal) =>
        $"{TownshipFirst[(ordinal + (7 * county)) % TownshipFirst.Length]}{TownshipLast[(ordinal + (3 * county)) % TownshipLast.Length]}镇";

    public static string Village(int township, int ordinal) => $"{Villages[(ordinal + (11 * township)) % Villages.Length]}村";
}
