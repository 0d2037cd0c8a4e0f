using FhirHub.Model;
using FhirHub.Server.Matching;

namespace FhirHub.Server.Tests.Matching;

public class PersonComparisonTests
{
    [Theory]

    // One person.
    [InlineData("certain", "name=王+伟;born=1980-03-04;sex=m;id=110101198003040010", "name=王+伟;born=1980-03-04;sex=m;id=110101198003040010")]
    [InlineData("certain", "name=王+伟;id=11010519491231002X", "name=王伟;born=1949-12-31;id=11010519491231002x")]
    [InlineData("certain", "name=王+伟;born=1949-12-31;id=110105491231002", "name=王+伟;born=1949-12-31;id=11010519491231002X")]
    [InlineData("certain", "name=Smith+John;born=1980-03-04;mrn=12345", "name=Smith+John;born=1980-03-04;mrn=12345")]
    [InlineData("certain", "name=陳+偉明;born=1980-03-04;mrn=12345", "name=陈+伟明;born=1980-03-04;mrn=12345")]
    [InlineData("probable", "name=符+海棠;born=1980-03-04;sex=f", "name=符海棠;born=1980-03-04;sex=f")]
    [InlineData("probable", "name=欧阳+小雨;born=1991-11-12;sex=f", "name=欧阳小雨;born=1991-11-12;sex=f")]
    [InlineData("probable", "name=吳+麗娟;born=1980-03-04;sex=f;phone=13976543210", "name=吴+丽娟;born=1980-03-04;sex=f;phone=+86 139-7654-3210")]
    [InlineData("probable", "name=海棠+符;born=1980-03-04;sex=f", "name=符+海棠;born=1980-03-04;sex=f")]
    [InlineData("probable", "name=O'Neill+Margaret;born=1970-01-09;sex=f;mail=m@x.org", "name=ONeil+Peggy;born=1970-01-09;sex=f;mail=M@x.org")]
    [InlineData("probable", "name=Müller+Jürgen;born=1970-01-09;sex=m;phone=0301234567", "name=Muller+Jurgen;born=1970-09-01;sex=m;phone=030 1234567", false)]
    [InlineData("probable", "name=符+海棠;born=1980-03-04;sex=f", "name=符+海棠;born=1980-04-03;sex=f")]
    [InlineData("probable", "name=符+海棠;born=1980-03-04;sex=f;id=460100198003040022", "name=符+海棠;born=1980-03-04;sex=m;id=460100198003040022")]
    [InlineData("probable", "name=符+海棠;born=1980-03-04;phone=13976543210;mrn=1", "name=符+海棠;born=1980-03-04;phone=13976543210;mrn=2")]
    [InlineData("probable", "name=吕+海棠;born=1980-03-04;sex=f;phone=13976543210", "name=Lyu+Haitang;born=1980-03-04;sex=f;phone=13976543210")]
    [InlineData("probable", "name=单+小雨;born=1991-11-12;sex=f", "name=Xiaoyu Shan;born=1991-11-12;sex=f")]
    [InlineData("certain", "name=符+海棠;born=1980-03-04;id=460100198003040022", "name=Fu+Hai Tang;born=1980-03-04;id=460100198003040022")]
    [InlineData("probable", "name=符+晓梅;born=1980-03-04;sex=f;phone=13976543210", "name=符+小梅;born=1980-03-04;sex=f;phone=13976543210")]

    // Another person, or nobody can tell.
    [InlineData("certainly-not", "name=Wang+Wei;born=1980-03-04;sex=m", "name=李+强;born=1980-03-04;sex=m")]
    [InlineData("probable", "name=王+伟;born=1980-03-04;sex=m", "name=王+伟;born=1980-03-04;sex=m")]
    [InlineData("certainly-not", "name=王+伟;born=1980-03-04;sex=m", "name=王+伟;born=1983-07-21;sex=m")]
    [InlineData("certainly-not", "name=王+小明;born=2015-03-04;sex=m;phone=13976543210;id=460100201503040015", "name=王+小亮;born=2015-03-04;sex=m;phone=13976543210;id=460100201503040031")]
    [InlineData("possible", "name=王+小明;born=2015-03-04;sex=m;phone=13976543210;address=海口市美兰区人民大道58号3栋", "name=王+小亮;born=2015-03-04;sex=m;phone=13976543210;address=海口市美兰区人民大道58号3栋")]
    [InlineData("possible", "name=符+海棠;born=2015-03-04;sex=f;twin=1;phone=13976543210", "name=符+海棠;born=2015-03-04;sex=f;twin=2;phone=13976543210", false)]
    [InlineData("possible", "name=符+海棠;born=1980-03-04;sex=f;id=460100198003040022", "name=符+海棠;born=1980-03-04;sex=f;id=460100198003040049", false)]
    [InlineData("possible", "name=Whitfield+John;born=1950-03-04;sex=m;phone=5551234567;address=12 Long Meadow Lane Springfield", "name=Whitfield+John;born=1982-08-19;sex=m;phone=5551234567;address=12 Long Meadow Lane Springfield", false)]
    [InlineData("certainly-not", "name=李+强;born=1980-03-04;sex=m", "name=张+丽;born=1980-03-04;sex=f")]
    [InlineData("probable", "name=符+海棠;id=460100198003040022", "name=王+伟;born=1980-03-04;sex=f;id=460100198003040022")]
    [InlineData("probable", "name=符+海棠;born=1980-03-04;id=460100198003040022", "name=符+海棠;born=1980-03-04;id=460100198003040022;active=false")]
    [InlineData("probable", "id=460100198003040022", "id=460100198003040022")]
    public void Pairs_have_their_grade(string grade, string asked, string found, bool exact = true)
    {
        var score = PersonComparison.Compare(People.Record(asked), People.Record(found));
        var said = string.Join("; ", score.Fields.Select(f => $"{f.Field} {f.Level} {f.Weight:0.0}")) + $"; {score.Score}";
        var rank = Rank(score.Grade);
        Assert.True(exact ? rank == grade : At(rank) <= At(grade), $"{rank}, not {grade}: {said}");
        var back = PersonComparison.Compare(People.Record(found), People.Record(asked));
        Assert.Equal(score.Fields.Sum(f => f.Weight), back.Fields.Sum(f => f.Weight), 6);
    }

    [Theory]
    [InlineData("name=王+𠮷", "name=王+𠮟", "other given name")]
    [InlineData("name=𠮷明", "name=𠮷+𠮟", "other given name")]
    [InlineData("name=𠮷𠮟", "name=𠮷+𠮟", "same")]
    [InlineData("name=𠮷+𠮟明", "name=𠮷𠮟", "given name alike")]
    public void Rare_characters_are_characters_too(string asked, string found, string level) =>
        Assert.Equal(level, Assert.Single(PersonComparison.Compare(People.Record(asked), People.Record(found)).Fields, f => f.Field == "name").Level);

    [Theory]
    [InlineData("11010519491231002X", "1949-12-31", "female")]
    [InlineData("440524188001010014", "1880-01-01", "male")]
    public void A_resident_number_holds_birth_and_gender(string number, string birth, string gender)
    {
        Assert.True(ResidentId.TryParse(number, allowOldForm: false, out var id));
        Assert.Equal(birth, id!.BirthDate.ToString("yyyy-MM-dd"));
        Assert.Equal(gender, id.Gender);
    }

    [Theory]
    [InlineData("110105194912310021")]
    [InlineData("11010519491331002X")]
    [InlineData("1101051949123100")]
    [InlineData("110105491231002")]
    [InlineData("A10105194912310021")]
    public void What_only_looks_like_a_resident_number_is_none(string text) =>
        Assert.False(ResidentId.TryParse(text, allowOldForm: false, out _));

    [Fact]
    public void The_old_form_is_the_same_number()
    {
        Assert.True(ResidentId.TryParse("110105491231002", allowOldForm: true, out var old));
        Assert.Equal("11010519491231002X", old!.Number);
        Assert.Equal("110105491231002", old.OldForm);
    }

    [Theory]
    [InlineData("martha", "marhta", 0.961)]
    [InlineData("dwayne", "duane", 0.84)]
    [InlineData("abc", "xyz", 0)]
    [InlineData("", "a", 0)]
    public void Jaro_winkler_is_what_its_authors_give(string left, string right, double expected) =>
        Assert.Equal(expected, TextLikeness.JaroWinkler(left, right), 2);

    private static string Rank(MatchGrade grade) => grade == MatchGrade.CertainlyNot ? "certainly-not" : grade.ToString().ToLowerInvariant();

    private static int At(string grade) => Array.IndexOf(["certainly-not", "possible", "probable", "certain"], grade);
}
