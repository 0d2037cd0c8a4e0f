// Families: who lives together, who of them is whose child, and the numbers that they have.

using System.Globalization;

namespace FhirHub.Samples.Region;

/// <summary>A family's member by generation.</summary>
internal enum Generation
{
    Grandparent,
    Parent,
    Child,
}

/// <summary>A patient.</summary>
/// <param name="Number">The patient's number in the region, from 1.</param>
/// <param name="Household">The family.</param>
/// <param name="Generation">Place in the family.</param>
/// <param name="Name">The name; a foreigner's in <see cref="Passport"/>.</param>
/// <param name="IsMale">The gender.</param>
/// <param name="Born">Date of birth.</param>
/// <param name="ResidentId">Resident identity number; null for foreigners and for the newborn who has none yet.</param>
/// <param name="Passport">A passport, for some.</param>
internal sealed record Person(
    int Number, Household Household, Generation Generation, PersonName Name, bool IsMale, DateOnly Born, string? ResidentId, Passport? Passport)
{
    /// <summary>The logical id of the Patient.</summary>
    public string Id { get; } = $"patient-{Number.ToString(CultureInfo.InvariantCulture)}";

    public string Reference => $"Patient/{Id}";

    /// <summary>True for those who are no citizens.</summary>
    public bool IsForeign => Passport is { Country: not "CHN" };

    public string Gender => IsMale ? "male" : "female";

    /// <summary>The telephone; an exchange with this prefix has no subscribers.</summary>
    public string Phone => string.Create(CultureInfo.InvariantCulture, $"129{Number % 100_000_000:00000000}");

    public int AgeOn(DateOnly day) => day.Year - Born.Year - (day.DayOfYear < Born.DayOfYear ? 1 : 0);
}

/// <summary>A passport.</summary>
internal sealed record Passport(string Country, string Number, string Family = "", string Given = "");

/// <summary>A family in its village.</summary>
internal sealed class Household
{
    // What is left of the digits of a resident id after division and day of birth: two numbers for each family, one for each gender.
    private const int Sequences = 499;

    // Days of birth of a family leave the same rest, and families of one county with the same sequence another one: so no two people have
    // one number, whatever the size of the region.
    private const int DayClasses = 97;

    private static readonly (string Country, string Family, string Given, bool IsMale)[] Foreigners =
    [
        ("GBR", "Walker", "Emily", false), ("LAO", "Phommachanh", "Somchai", true), ("MMR", "Htun", "Aung", true), ("KOR", "Kim", "Minji", false),
        ("DEU", "Becker", "Jonas", true), ("VNM", "Nguyen", "Thu Ha", false), ("THA", "Srisuk", "Anan", true), ("USA", "Miller", "Grace", false),
    ];

    private static readonly (string Code, string Name, int Weight)[] Ethnicities =
        [("01", "汉族", 76), ("07", "彝族", 8), ("14", "白族", 5), ("03", "回族", 3), ("06", "苗族", 2), ("18", "傣族", 2), ("16", "哈尼族", 2), ("20", "傈僳族", 1), ("27", "纳西族", 1)];

    private readonly SplitMix64 _random;
    private readonly RegionSettings _settings;
    private readonly int _sequence;
    private readonly int _dayClass;
    private readonly List<Person> _members = [];
    private int _next;

    private Household(RegionSettings settings, RegionPlan plan, int index, int firstNumber)
    {
        _settings = settings;
        _random = SplitMix64.Of(settings.Seed, "household", index);
        _next = firstNumber;
        Index = index;
        Village = plan.Find(Tier.Village, index % plan.Count(Tier.Village));
        var ofCounty = index / plan.Count(Tier.County);
        _sequence = ofCounty % Sequences;
        _dayClass = ((ofCounty / Sequences) + (Village.Up(Tier.County).Index * 13)) % DayClasses;
        Number = string.Create(CultureInfo.InvariantCulture, $"{Village.Division}{(index / plan.Count(Tier.Village)) + 1:000000}");
        Line = string.Create(CultureInfo.InvariantCulture, $"{_random.Between(1, 9)}组{(index / plan.Count(Tier.Village)) + 1}号");
        Ethnicity = ChooseEthnicity();
        LivesInTown = _random.Chance(18);
    }

    /// <summary>Its number in the region, from 0.</summary>
    public int Index { get; }

    /// <summary>The clinic of the village where it is registered.</summary>
    public Institution Village { get; }

    /// <summary>The number of the household's register.</summary>
    public string Number { get; }

    /// <summary>Group and house in the village.</summary>
    public string Line { get; }

    /// <summary>Code and name of the ethnicity.</summary>
    public (string Code, string Name) Ethnicity { get; }

    /// <summary>True if the family moved to the county's town and is still registered in the village.</summary>
    public bool LivesInTown { get; }

    /// <summary>Who lives here.</summary>
    public IReadOnlyList<Person> Members => _members;

    /// <summary>A family with at most so many members.</summary>
    /// <param name="settings">The region.</param>
    /// <param name="plan">Its institutions.</param>
    /// <param name="index">The family's number.</param>
    /// <param name="firstNumber">Number of its first patient.</param>
    /// <param name="most">Patients that the region still lacks.</param>
    public static Household Of(RegionSettings settings, RegionPlan plan, int index, int firstNumber, int most)
    {
        var household = new Household(settings, plan, index, firstNumber);
        household.MoveIn();
        if (household._members.Count > most)
            household._members.RemoveRange(most, household._members.Count - most);
        return household;
    }

    private void MoveIn()
    {
        if (Index % 25 == 11)
        {
            AddForeigner(Foreigners[Index / 25 % Foreigners.Length]);
            return;
        }

        switch (_random.Below(100))
        {
            case < 20:
                AddCouple(Generation.Grandparent, _random.Between(62, 86));
                break;
            case < 30:
                Add(Generation.Grandparent, _random.Chance(40), _random.Between(66, 90), null);
                break;
            case < 38:
                Add(Generation.Parent, _random.Chance(55), _random.Between(22, 58), null);
                break;
            case < 70:
                AddFamily(_random.Between(25, 46));
                break;
            default:
                var age = _random.Between(27, 44);
                AddFamily(age);
                AddCouple(Generation.Grandparent, age + _random.Between(22, 29), _members[0].Name);
                break;
        }
    }

    private void AddFamily(int age)
    {
        AddCouple(Generation.Parent, age);
        var father = _members[0].Name;
        var child = _random.Between(0, Math.Min(16, age - 21));
        Add(Generation.Child, _random.Chance(52), child, father);
        if (child >= 3 && _random.Chance(40))
            Add(Generation.Child, _random.Chance(52), child - _random.Between(2, child), father);
    }

    private void AddCouple(Generation generation, int age, PersonName? relative = null)
    {
        Add(generation, true, age, relative);
        Add(generation, false, Math.Max(20, age - _random.Between(-1, 4)), null);
    }

    private void Add(Generation generation, bool isMale, int age, PersonName? relative)
    {
        var born = Align(_settings.Today.AddYears(-age).AddDays(-_random.Below(360)));
        var number = _next++;
        var name = PersonNames.Choose(_random, isMale, born.Year, relative);

        // The newborn are registered after some weeks.
        var isRegistered = born.AddDays(60) <= _settings.Today;
        var id = isRegistered ? CheckCharacters.ResidentId(Village.Division[..6], born, (2 * _sequence) + (isMale ? 1 : 2)) : null;
        var passport = isRegistered && age is > 18 and < 60 && _random.Chance(6) ? new Passport("CHN", $"E{_random.Digits(8)}") : null;
        _members.Add(new Person(number, this, generation, name, isMale, born, id, passport));
    }

    private void AddForeigner((string Country, string Family, string Given, bool IsMale) foreigner)
    {
        var born = _settings.Today.AddYears(-_random.Between(24, 60)).AddDays(-_random.Below(360));
        var name = new PersonName(foreigner.Family, foreigner.Given, foreigner.Family, foreigner.Given);
        _members.Add(new Person(
            _next++, this, Generation.Parent, name, foreigner.IsMale, born, null, new Passport(foreigner.Country, _random.Digits(9), foreigner.Family, foreigner.Given)));
    }

    // The nearest day before of the family's class on which no other member was born.
    private DateOnly Align(DateOnly day)
    {
        var number = day.DayNumber - (((day.DayNumber - _dayClass) % DayClasses) + DayClasses) % DayClasses;
        while (_members.Exists(member => member.Born.DayNumber == number))
            number -= DayClasses;
        return DateOnly.FromDayNumber(number);
    }

    private (string Code, string Name) ChooseEthnicity()
    {
        var at = _random.Below(100);
        foreach (var (code, name, weight) in Ethnicities)
        {
            at -= weight;
            if (at < 0)
                return (code, name);
        }

        return ("01", "汉族");
    }
}
