"""The names of people: each is one token, with the space before it and without.

By the languages in which they are commonest. A name that is common in several stands once, where it
was first; letters of other scripts are written in Latin ones.
"""

FIRST_NAMES_OF = {
    "English": """
Michelle John Mary Lionel Cristiano James Robert Patricia Jennifer Michael Linda David Elizabeth
William Barbara Richard Susan Joseph Jessica Thomas Sarah Charles Karen Daniel Nancy Matthew Lisa
Anthony Betty Margaret Donald Sandra Steven Ashley Paul Kimberly Andrew Emily Joshua Donna Kenneth
Kevin Carol Brian Amanda George Melissa Edward Deborah Ronald Stephanie Timothy Rebecca Jason Laura
Jeffrey Sharon Ryan Cynthia Jacob Kathleen Gary Amy Nicholas Angela Eric Anna Jonathan Emma Stephen
Nicole Larry Helen Justin Samantha Scott Katherine Brandon Christine Benjamin Rachel Samuel Maria
Gregory Olivia Frank Julie Alice Peter Tom Jane Kate Simon Lucy Martin Sophie Oliver Harry Jack
Charlie Noah Liam Mason Ethan Logan Henry Alexander Isaac Owen Dylan Nathan Luke Adam Aaron Connor
Max Theo Arthur Oscar Ava Isabella Mia Amelia Harper Evelyn Abigail Ella Grace Chloe Lily Hannah
Zoe Megan Ruby Molly Daisy Alex Sam Ben Jake Kyle Tyler Jordan Chris Mark Patrick Sean Natalie
Lauren Victoria Claire Charlotte
""",
    "Spanish": """
José Juan Carlos Luis Javier Alejandro Pablo Diego Miguel Ángel Sergio Jorge Manuel Antonio Pedro
Andrés Raúl Iván Rubén Fernando Santiago Mateo Martín Sebastián Nicolás Carmen Lucía Sofía Elena
Paula Marta Isabel Valentina Camila Daniela Ana Rosa Cristina
""",
    "Portuguese": """
João Tiago Rafael Gustavo Felipe Rodrigo Bruno Gonçalo Vinícius Beatriz Mariana Catarina Inês
Letícia Larissa
""",
    "German": """
Hans Karl Klaus Jürgen Wolfgang Stefan Andreas Lukas Felix Jonas Finn Leon Moritz Jan Tim Björn
Günther Lena Lea Johanna Katharina Greta Sabine Ursula
""",
    "French": """
Pierre Louis Hugo Gabriel Théo Clément Antoine Guillaume François Mathieu Raphaël Léa Manon Camille
Chloé Inès Zoé Élise Amélie Hélène Noémie Juliette
""",
    "Italian": """
Marco Giuseppe Giovanni Luca Matteo Francesco Alessandro Lorenzo Andrea Giulia Chiara Francesca Sara
Martina Paolo
""",
    "Slavic": """
Ivan Dmitri Sergei Vladimir Mikhail Nikolai Olga Natasha Tatiana Svetlana Anastasia Yulia Irina
Oksana Andriy Olena Bogdan Katarzyna Agnieszka Małgorzata Zofia Jakub Piotr Tomasz Paweł Michał
Łukasz Marek Jiří Tereza Nikola Luka
""",
    "Arabic": """
Mohamed Muhammad Ahmed Ali Omar Youssef Hassan Ibrahim Khalid Mustafa Abdullah Karim Hussein Tariq
Samir Bilal Hamza Fatima Aisha Mariam Layla Zainab Amina Noor Yasmin Salma Nadia Leila
""",
    "South Asian": """
Aarav Arjun Rahul Rohan Vikram Raj Amit Sanjay Anil Ravi Vijay Imran Farhan Priya Ananya Neha Pooja
Kavya Deepika Sunita Lakshmi Anjali Divya Meera Ayesha Zara
""",
    "Chinese": """
Wei Fang Jing Ming Hao Jun Lei Yan Ling Mei Xin Yi Chen Jie Yu Hui Xiu Yang Tao Qiang
""",
    "Japanese": """
Hiroshi Takashi Kenji Haruto Yuto Sota Ren Sakura Yui Aoi Hina Yuki Akira Naoko Keiko Haruka Misaki
""",
    "Korean": """
Minjun Seojun Jiwoo Seoyeon Jimin Minho Jisoo Jihoon Yuna Eunji Soojin Minji Jiho
""",
    "Vietnamese": """
Anh Minh Linh Huy Tuấn Hùng Dũng Hương Mai Phương Thảo Trang Đức Ngọc Quang
""",
    "West African": """
Kwame Kofi Kwaku Yaw Ama Akosua Abena Chidi Chinedu Emeka Ngozi Chioma Ifeoma Tunde Folake Mamadou
Ousmane Moussa Fatou Aminata Aïssatou
""",
}

SURNAMES_OF = {
    "English": """
Jones Smith Ronaldo Messi Johnson Williams Brown Davis Miller Wilson Moore Taylor Anderson Jackson
White Harris Thompson Garcia Martinez Robinson Clark Rodriguez Lewis Lee Walker Hall Allen Young
Hernandez King Wright Lopez Hill Green Adams Baker Nelson Carter Mitchell Perez Roberts Turner
Phillips Campbell Parker Evans Edwards Collins Stewart Sanchez Morris Rogers Reed Cook Morgan Bell
Murphy Bailey Cooper Richardson Cox Howard Ward Torres Peterson Gray Ramirez Watson Brooks Kelly
Sanders Price Bennett Wood Barnes Ross Henderson Jenkins Perry Hughes Butler Simmons Foster Russell
Hayes Hamilton Graham Sullivan Wallace Cole West Reynolds Fisher Ellis Gibson Marshall Murray Hunter
Kennedy Walsh Shaw
""",
    "Spanish": """
García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Jiménez Ruiz Hernández Díaz
Moreno Muñoz Álvarez Romero Gutiérrez Navarro Ramos Castro Vargas Flores Rivera Ortiz Reyes Mendoza
Morales Cruz
""",
    "Portuguese": """
Silva Santos Oliveira Souza Pereira Ferreira Almeida Costa Rodrigues Lima Carvalho Ribeiro Gomes
Martins Araújo
""",
    "German": """
Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer
Richter Klein Wolf Schröder Neumann Krüger Köhler
""",
    "French": """
Bernard Dubois Durand Leroy Moreau Laurent Lefebvre Roux Fournier Girard Dupont Lambert Rousseau
Petit
""",
    "Italian": """
Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Gallo Conti
""",
    "Slavic": """
Ivanov Petrov Smirnov Popov Volkov Ivanova Petrova Kowalski Nowak Wiśniewski Wójcik Kowalczyk
Kamiński Novák Svoboda Dvořák Horvat Jovanović Shevchenko Kovalenko Bondarenko
""",
    "Arabic": """
Ahmed Ali Hassan Ibrahim Mohamed Khalil Haddad Mansour Saleh Hussein Nasser Khoury Rahman Aziz
Mahmoud
""",
    "South Asian": """
Patel Singh Kumar Sharma Gupta Shah Khan Das Reddy Rao Nair Iyer Mehta Verma Joshi Malik Chowdhury
Begum Banerjee Perera
""",
    "Chinese": """
Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo Lin Luo Wong Chan
""",
    "Japanese": """
Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada Sasaki
""",
    "Korean": """
Kim Park Choi Jung Kang Cho Yoon Jang Lim Han Shin Kwon
""",
    "Vietnamese": """
Nguyễn Trần Lê Phạm Hoàng Phan Vũ Võ Đặng Bùi Đỗ Ngô Nguyen Tran
""",
    "West African": """
Mensah Owusu Osei Boateng Asante Okafor Okonkwo Eze Adeyemi Adebayo Balogun Diallo Traoré Diop Keita
Koné Camara Touré
""",
}

FIRST_NAMES = [name for listed in FIRST_NAMES_OF.values() for name in listed.split()]
SURNAMES = [name for listed in SURNAMES_OF.values() for name in listed.split()]

# What a text that errs often takes for a surname.
COMMONEST = ["Smith", "Jones", "Garcia", "Silva"]
