#include "simulate/problem_templates.hpp"

namespace ember::simulate {

namespace {

constexpr NumberRange shopping_ranges[] = {{12, 96}, {5, 60}, {3, 40}};
constexpr StepRule shopping_steps[] = {{'+', 0, 1}, {'-', 3, 2}};

constexpr NumberRange boxes_ranges[] = {{3, 24}, {4, 36}, {2, 90}};
constexpr StepRule boxes_steps[] = {{'*', 0, 1}, {'-', 3, 2}};

constexpr NumberRange sharing_ranges[] = {{24, 240}, {6, 80}, {3, 12}};
constexpr StepRule sharing_steps[] = {{'-', 0, 1}, {'/', 3, 2}};

constexpr NumberRange wages_ranges[] = {{3, 9}, {12, 38}, {3, 6}, {10, 90}};
constexpr StepRule wages_steps[] = {{'*', 0, 1}, {'*', 4, 2}, {'-', 5, 3}};

constexpr NumberRange change_ranges[] = {{2, 9}, {3, 14}, {2, 8}, {4, 19}, {60, 400}};
constexpr StepRule change_steps[] = {{'*', 0, 1}, {'*', 2, 3}, {'+', 5, 6}, {'-', 4, 7}};

constexpr NumberRange stock_ranges[] = {{4, 18}, {5, 30}, {2, 6}, {3, 20}};
constexpr StepRule stock_steps[] = {{'*', 0, 1}, {'*', 4, 2}, {'+', 5, 3}};

constexpr NumberRange travel_ranges[] = {{40, 95}, {2, 6}, {50, 110}, {2, 5}};
constexpr StepRule travel_steps[] = {{'*', 0, 1}, {'*', 2, 3}, {'+', 4, 5}};

constexpr NumberRange reading_ranges[] = {{120, 640}, {12, 45}, {3, 9}, {10, 30}};
constexpr StepRule reading_steps[] = {{'*', 1, 2}, {'-', 0, 4}, {'/', 5, 3}};

constexpr NumberRange school_ranges[] = {{4, 18}, {18, 32}, {2, 30}, {5, 25}};
constexpr StepRule school_steps[] = {{'*', 0, 1}, {'-', 4, 2}, {'*', 5, 3}};

constexpr NumberRange bakery_ranges[] = {{6, 24}, {8, 30}, {3, 20}, {2, 6}};
constexpr StepRule bakery_steps[] = {{'*', 0, 1}, {'-', 4, 2}, {'*', 5, 3}};

constexpr NumberRange collection_ranges[] = {{8, 60}, {2, 5}, {4, 40}};
constexpr StepRule collection_steps[] = {{'*', 0, 1}, {'+', 0, 3}, {'-', 4, 2}};

constexpr NumberRange saving_ranges[] = {{150, 900}, {20, 140}, {10, 40}};
constexpr StepRule saving_steps[] = {{'-', 0, 1}, {'/', 3, 2}};

constexpr ProblemTemplate templates[] = {
    {"{N} has {0} {T}. At the market {N} buys {1} more {T} and later gives {2} of them to a friend. How "
     "many {T} does {N} have now?",
     shopping_ranges, shopping_steps},
    {"{N} fills {0} boxes with {1} {T} each. On the way to the shop {2} {T} are lost. How many {T} "
     "arrive?",
     boxes_ranges, boxes_steps},
    {"{N} picks {0} {T} and keeps {1} of them. The rest are shared equally among {2} neighbours. How "
     "many {T} does each neighbour get?",
     sharing_ranges, sharing_steps},
    {"{N} works {0} hours a day for ${1} an hour, {2} days a week. The bus costs {N} ${3} a week. How "
     "many dollars are left after a week?",
     wages_ranges, wages_steps},
    {"{N} buys {0} notebooks for ${1} each and {2} brushes for ${3} each, and pays with ${4}. How many "
     "dollars does {N} get back?",
     change_ranges, change_steps},
    {"{N} stocks {0} shelves with {1} bags each. A bag holds {2} {T}, and {3} more {T} lie on the "
     "counter. How many {T} are there in all?",
     stock_ranges, stock_steps},
    {"{N} drives {0} miles an hour for {1} hours and then {2} miles an hour for {3} hours. How many "
     "miles does {N} drive?",
     travel_ranges, travel_steps},
    {"{N} reads a book of {0} pages, at first {1} pages a day for {2} days, and then {3} pages a day. "
     "How many more days does {N} need?",
     reading_ranges, reading_steps},
    {"A school takes {0} classes of {1} pupils to the museum, but {2} pupils stay at home. A ticket "
     "costs ${3}. How many dollars do the tickets cost?",
     school_ranges, school_steps},
    {"{N} bakes {0} trays of {1} rolls and eats {2} of the rolls with friends. The other rolls sell for "
     "${3} each. How many dollars does {N} earn?",
     bakery_ranges, bakery_steps},
    {"{N} owns {0} {T}. A sister owns {1} times as many. Together they give {2} {T} away. How many {T} "
     "are left to them?",
     collection_ranges, collection_steps},
    {"{N} saves for a bicycle of ${0} and has ${1} already. {N} puts aside ${2} every week. How many "
     "weeks does {N} need for the rest?",
     saving_ranges, saving_steps},
};

constexpr std::string_view first_names[] = {"Ada",   "Bruno", "Clara", "Daniel", "Elif",  "Farid", "Greta",
                                            "Hiro",  "Ines",  "Jonas", "Kavya",  "Liam",  "Maria", "Nadia",
                                            "Oscar", "Priya", "Quinn", "Rosa",   "Samir", "Tomas"};

constexpr std::string_view things[] = {"apples", "pears",   "marbles", "stickers", "candles", "lemons",
                                       "shells", "buttons", "plums",   "stamps",   "cups",    "oranges"};

}  // namespace

std::span<const ProblemTemplate> problem_templates() noexcept {
  return templates;
}
std::span<const std::string_view> problem_names() noexcept {
  return first_names;
}
std::span<const std::string_view> problem_things() noexcept {
  return things;
}

}  // namespace ember::simulate
