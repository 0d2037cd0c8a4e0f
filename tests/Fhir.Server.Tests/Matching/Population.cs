// A synthetic population for measuring $match: names as common as in life, families, twins, and records of them with errors.

using System.Text.Json.Nodes;
using FhirHub.Search;

namespace FhirHub.Server.Tests.Matching;

/// <summary>A person who does not exist.</summary>
internal sealed record Somebody(string Family, string Given, DateOnly Born, bool IsMale, string ResidentNumber, string Phone, string Address)
{
    /// <summary>The id under which the person's record is stored; null if there is none.</summary>
    public string? StoredAs { get; init; }
}

/// <summary>Makes people, and what two clerks write about them. Equal seeds give equal people.</summary>
internal sealed class Population(int seed)
{
    private const string Surnames = "王王王王王王王李李李李李李李张张张张张张刘刘刘刘刘陈陈陈陈陈杨杨杨黄黄赵赵吴吴周周徐孙马朱胡郭何林林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董符符邢云吉冯蔡";

    private const string Characters =
        "伟伟伟芳芳娜敏敏静静丽丽强强磊军军洋勇艳杰娟涛明明超霞平刚英英华华玲辉波斌鹏飞红红梅燕浩宇鑫婷俊建建健峰丹子子梓雨欣涵诗轩泽然怡诺晨思佳佳嘉文文志志国国海海春秀秀玉玉桂兰兰珍淑小小晓晓东林龙成永永庆荣德德世家振宏宗仁义光贵福寿昌雪云月凤莲琼珠";

    private const string Traditional = "张張陈陳刘劉黄黃吴吳赵趙孙孫马馬郑鄭谢謝许許韩韓邓鄧冯馮肖蕭叶葉罗羅杨楊伟偉丽麗强強军軍洋洋艳艷杰傑涛濤刚剛华華辉輝鹏鵬飞飛红紅浩浩宇宇俊俊建建国國东東龙龍庆慶荣榮义義贵貴寿壽云雲凤鳳莲蓮琼瓊兰蘭诗詩轩軒泽澤";

    // Characters of one sound, as keyboards confuse them.
    private static readonly string[] Homophones = ["伟玮苇", "芳方坊", "敏闽", "静靖菁", "丽莉利", "杰洁节", "娟涓", "涛滔", "明铭鸣", "英瑛莹", "华桦", "玲铃灵", "辉晖惠", "红洪宏", "梅媚", "燕艳彦", "宇雨玉", "欣心新", "佳嘉家", "志智", "文雯", "东冬", "晓小", "林琳霖", "婷亭", "俊军君"];

    private readonly Random _random = new(seed);
    private int _sequence = 1;

    /// <summary>A chance of so many in a hundred.</summary>
    public bool Chance(double percent) => _random.NextDouble() * 100 < percent;

    /// <summary>Somebody of no known family.</summary>
    public Somebody Anybody()
    {
        var born = new DateOnly(1935, 1, 1).AddDays(_random.Next(85 * 365));
        return Make(Pick(Surnames), Given(), born, Chance(50), Phone(), Address());
    }

    /// <summary>The person's twin: another given name, often with one character in common; one home, one telephone.</summary>
    public Somebody TwinOf(Somebody one)
    {
        string given;
        do
        {
            given = one.Given.Length == 2 && Chance(70) ? one.Given[0] + Pick(Characters) : Given();
        }
        while (given == one.Given);
        return Make(one.Family, given, one.Born, Chance(80) == one.IsMale, one.Phone, one.Address);
    }

    /// <summary>A child or parent: another date of birth; one home, one telephone.</summary>
    public Somebody RelativeOf(Somebody one) =>
        Make(one.Family, Given(), one.Born.AddDays(_random.Next(20 * 365, 40 * 365) * (one.Born.Year > 1980 ? -1 : 1)), Chance(50), one.Phone, one.Address);

    /// <summary>Somebody else of the same name.</summary>
    public Somebody NamesakeOf(Somebody one) => Anybody() with { Family = one.Family, Given = one.Given, IsMale = one.IsMale };

    /// <summary>The record as one hospital has it: mostly whole.</summary>
    public JsonObject Stored(Somebody person) => Record(person, withId: Chance(88), withPhone: Chance(85), withAddress: Chance(75), Name(person, Chance(80)), Birth(person.Born), Gender(person));

    /// <summary>The record as another writes it: with what people forget, mistype and change.</summary>
    public JsonObject Asked(Somebody person)
    {
        var family = person.Family;
        var given = person.Given;
        if (Chance(4))
            given = Homophone(given);
        else if (Chance(2))
            given = given[..^1] + Pick(Characters);
        if (Chance(6))
            (family, given) = (ToTraditional(family), ToTraditional(given));
        var name = Chance(1)
            ? new JsonObject { ["family"] = given, ["given"] = new JsonArray(family) }
            : Name(person with { Family = family, Given = given }, Chance(70));

        if (Chance(4))
            name = new JsonObject { ["family"] = Latin(family), ["given"] = new JsonArray(Latin(given)) };

        JsonNode? born = Birth(person.Born);
        if (Chance(5))
            born = null;
        else if (Chance(2))
            born = person.Born.Year;
        else if (Chance(2) && person.Born.Day <= 12)
            born = Birth(new DateOnly(person.Born.Year, person.Born.Day, person.Born.Month));
        else if (Chance(2))
            born = Birth(person.Born.AddDays(person.Born.Day % 10 < 9 ? 1 : -1));

        var gender = Chance(1) ? (person.IsMale ? "female" : "male") : Chance(4) ? null : Gender(person);
        var moved = person with { Phone = Chance(30) ? Phone() : person.Phone, Address = Chance(20) ? Address() : person.Address };
        var record = Record(moved, withId: Chance(55), withPhone: Chance(75), withAddress: Chance(60), name, born is JsonValue value ? value.ToString() : null, gender);
        if (Chance(3) && record["identifier"] is JsonArray identifiers)
            identifiers[0]!["value"] = Mistyped((string)identifiers[0]!["value"]!);
        else if (Chance(5) && person.Born.Year < 2000 && record["identifier"] is JsonArray old)
            old[0]!["value"] = ((string)old[0]!["value"]!)[..6] + ((string)old[0]!["value"]!)[8..17];
        return record;
    }

    private Somebody Make(string family, string given, DateOnly born, bool isMale, string phone, string address)
    {
        // An odd sequence is a man's.
        _sequence = (_sequence + 1) % 499;
        return new Somebody(family, given, born, isMale, People.ResidentNumber("4601" + _random.Next(5, 9).ToString("D2"), born, (_sequence * 2) + (isMale ? 1 : 0)), phone, address);
    }

    private JsonObject Record(Somebody person, bool withId, bool withPhone, bool withAddress, JsonObject name, string? born, string? gender)
    {
        var record = new JsonObject { ["resourceType"] = "Patient", ["name"] = new JsonArray((JsonNode)name) };
        if (gender is not null)
            record["gender"] = gender;
        if (born is not null)
            record["birthDate"] = born;
        if (withId)
            record["identifier"] = new JsonArray((JsonNode)new JsonObject { ["system"] = People.ResidentSystem, ["value"] = person.ResidentNumber });
        if (withPhone)
            record["telecom"] = new JsonArray((JsonNode)new JsonObject { ["system"] = "phone", ["value"] = Chance(20) ? "+86 " + person.Phone : person.Phone });
        if (withAddress)
            record["address"] = new JsonArray((JsonNode)new JsonObject { ["text"] = person.Address, ["city"] = "海口市" });
        return record;
    }

    private static JsonObject Name(Somebody person, bool inParts) => inParts
        ? new JsonObject { ["family"] = person.Family, ["given"] = new JsonArray(person.Given) }
        : new JsonObject { ["text"] = person.Family + person.Given };

    private static string Birth(DateOnly born) => born.ToString("yyyy-MM-dd");

    private static string Gender(Somebody person) => person.IsMale ? "male" : "female";

    private string Given() => Chance(22) ? Pick(Characters) : Pick(Characters) + Pick(Characters);

    private string Pick(string from) => from[_random.Next(from.Length)].ToString();

    private string Phone() => $"1{_random.Next(3, 10)}{_random.Next(100_000_000, 999_999_999)}";

    private string Address() =>
        $"海南省海口市{(Chance(50) ? "美兰" : "龙华")}区{Pick(Characters)}{Pick(Characters)}路{_random.Next(1, 200)}号{_random.Next(1, 30)}栋{_random.Next(101, 2900)}室";

    private string Homophone(string given)
    {
        var at = _random.Next(given.Length);
        var group = Homophones.FirstOrDefault(h => h.Contains(given[at], StringComparison.Ordinal));
        return group is null ? given : given[..at] + group.First(c => c != given[at]) + given[(at + 1)..];
    }

    private static string Latin(string text)
    {
        var syllables = new List<string>();
        Pinyin.AddLikeliest([.. text.EnumerateRunes()], syllables);
        var joined = string.Concat(syllables);
        return char.ToUpperInvariant(joined[0]) + joined[1..];
    }

    private static string ToTraditional(string text) => string.Concat(text.Select(c =>
    {
        for (var i = 0; i < Traditional.Length; i += 2)
        {
            if (Traditional[i] == c)
                return Traditional[i + 1];
        }

        return c;
    }));

    private string Mistyped(string number)
    {
        var at = _random.Next(6, 17);
        return number[..at] + (char)('0' + ((number[at] - '0' + 1) % 10)) + number[(at + 1)..];
    }
}
