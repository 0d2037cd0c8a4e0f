// Names in Chinese characters, searched for as people type them.

namespace FhirHub.Search.Tests;

public class NameReadingTests
{
    [Theory]
    [InlineData("王小明", "wang", true)]
    [InlineData("王小明", "wangxiao", true)]
    [InlineData("王小明", "WangXiaoMing", true)]
    [InlineData("王小明", "Wang Xiaoming", true)]
    [InlineData("王小明", "wang xiao ming", true)]
    [InlineData("王小明", "Wáng Xiǎomíng", true)]
    [InlineData("王小明", "wxm", true)]
    [InlineData("王小明", "wx", true)]
    [InlineData("王小明", "王小", true)]
    [InlineData("王小明", "xm", false)]
    [InlineData("王小明", "xiaoming", false)]
    [InlineData("王小明", "ming", false)]
    [InlineData("单小明", "shan", true)]
    [InlineData("单小明", "dan", true)]
    [InlineData("单小明", "sxm", true)]
    [InlineData("單小明", "shanxiaoming", true)]
    [InlineData("張偉", "zhang wei", true)]
    [InlineData("劉德華", "liudehua", true)]
    [InlineData("曾国藩", "zengguofan", true)]
    [InlineData("仇英", "qiuying", true)]
    [InlineData("解晓东", "xiexiaodong", true)]
    [InlineData("区健", "oujian", true)]
    [InlineData("查良镛", "zhaliangyong", true)]
    [InlineData("任重", "ren", true)]
    [InlineData("华罗庚", "hualuogeng", true)]
    [InlineData("尉迟恭", "yuchi gong", true)]
    [InlineData("尉遲恭", "ycg", true)]
    [InlineData("万俟卨", "moqi", true)]
    [InlineData("萬俟雅", "moqiya", true)]
    [InlineData("欧阳修", "ouyang xiu", true)]
    [InlineData("长孙无忌", "zhangsun", true)]
    [InlineData("王重阳", "wang chongyang", true)]
    [InlineData("吕布", "lvbu", true)]
    [InlineData("吕布", "lubu", true)]
    [InlineData("吕布", "lyu bu", true)]
    [InlineData("吕布", "lü bu", true)]
    [InlineData("王 小明", "wangxiaoming", true)]
    [InlineData("阿依古丽·买买提", "ayiguli", true)]
    [InlineData("Wang Xiaoming", "wxm", false)]
    [InlineData("山田たろう", "shan", false)]
    public void A_whole_name_is_found_by_its_reading(string name, string search, bool found) =>
        Assert.Equal(found, Finds(Patient($"'text':'{name}'"), "name", search));

    [Theory]
    [InlineData("name", "wangxiaoming", true)]
    [InlineData("name", "wxm", true)]
    [InlineData("name", "xiaoming", true)]
    [InlineData("name", "xm", false)]
    [InlineData("family", "wang", true)]
    [InlineData("family", "w", true)]
    [InlineData("family", "wangx", false)]
    [InlineData("given", "xiao ming", true)]
    [InlineData("given", "xiaoming", true)]
    [InlineData("given", "xm", true)]
    [InlineData("given", "wang", false)]
    public void A_name_in_parts_is_found_by_each(string parameter, string search, bool found)
    {
        Assert.Equal(found, Finds(Patient("'family':'王','given':['小明']"), parameter, search));
        Assert.Equal(found, Finds(Patient("'text':'王小明','family':'王','given':['小明']"), parameter, search));
    }

    [Theory]
    [InlineData("Organization", "'name':'重庆医科大学附属医院'", "chongqingyike", true)]
    [InlineData("Organization", "'name':'北京协和医院'", "bjxh", true)]
    [InlineData("Organization", "'name':'北京协和医院','alias':['协和']", "xiehe", true)]
    [InlineData("Organization", "'name':'中国银行'", "zhongguo yin hang", false)]
    [InlineData("Organization", "'name':'中国银行'", "zhong guo yin hang", true)]
    [InlineData("Location", "'name':'长春3号楼','status':'active'", "changchun3", true)]
    [InlineData("HealthcareService", "'name':'心内科'", "xinneike", true)]
    public void Names_of_organizations_and_places_are_found_too(string type, string members, string search, bool found) =>
        Assert.Equal(found, Finds($"{{'resourceType':'{type}',{members}}}", "name", search));

    [Fact]
    public void Latin_names_are_indexed_as_they_are()
    {
        var entries = Resources.Extract(Patient("'text':'Ann Lee','family':'Lee','given':['Ann']"), "name");
        Assert.Equal(["lee", "ann", "ann lee"], entries.Cast<StringEntry>().Select(entry => entry.Folded));
        Assert.All(entries.Cast<StringEntry>(), entry => Assert.Equal(NameReading.None, entry.Reading));
    }

    [Theory]
    [InlineData("'text':'王小明'", "wang xiao ming")]
    [InlineData("'family':'王','given':['爱']", "wang ai")]
    [InlineData("'family':'单','given':['雄信'],'text':'单雄信'", "shan xiong xin")]
    [InlineData("'family':'王','given':['小明'],'text':'王小明先生'", "wang xiao ming")]
    public void One_reading_of_a_name_is_the_one_to_sort_by(string name, string reading) =>
        Assert.Equal([reading], Readings(name).Where(entry => entry.Reading == NameReading.Main).Select(entry => entry.Folded));

    [Fact]
    public void A_name_has_few_forms_however_it_may_be_read()
    {
        Assert.InRange(Readings("'text':'王小明','family':'王','given':['小明']").Count(), 5, 8);
        Assert.InRange(Readings($"'text':'{new string('单', 5000)}'").Count(), 1, 40);
        Assert.InRange(Readings($"'family':'{string.Concat(Enumerable.Repeat("乐行", 500))}'").Count(), 1, 40);
    }

    [Theory]
    [InlineData("'text':'䷀'")]
    [InlineData("'family':'䷀','given':['䷁']")]
    [InlineData("'text':'\\ud87f\\udffe'")]
    public void Signs_that_are_no_characters_of_a_name_have_no_reading(string name) => Assert.Empty(Readings(name));

    [Fact]
    public void Readings_can_be_switched_off()
    {
        var extractor = new IndexExtractor(SearchParameterRegistry.R4, new IndexOptions { Pinyin = false });
        var entries = extractor.Extract(Resources.Parse(Patient("'text':'王小明'"))).Entries;
        Assert.DoesNotContain(entries, entry => entry is StringEntry { Reading: not NameReading.None });
    }

    private static string Patient(string name) => $"{{'resourceType':'Patient','name':[{{{name}}}]}}";

    private static IEnumerable<StringEntry> Readings(string name) =>
        Resources.Extract(Patient(name), "name").Cast<StringEntry>().Where(entry => entry.Reading != NameReading.None);

    private static bool Finds(string resource, string parameter, string search) => Resources.Extract(resource, parameter)
        .Cast<StringEntry>().Any(entry => entry.Folded.StartsWith(StringFolding.Fold(search), StringComparison.Ordinal));
}
